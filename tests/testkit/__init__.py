"""What tests are made with: real parts on loopback, and small builders.

fixtures   the pytest fixtures (loaded by tests/conftest.py)
databases  databases made from migrated templates in milliseconds
proxy      a TCP proxy that can cut, freeze and heal a connection
tokens     an issuer of service tokens with its key set
events     builders of events and messages
memory_bus a bus on a virtual clock that can drop, double and shuffle
consuming  a queue consumed for the length of a block
serving    an ASGI application on a real socket
eventually waiting for something to become true
"""
