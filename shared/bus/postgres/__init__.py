"""The bus on a PostgreSQL database of its own: nothing to install beyond the database.

schema    queues, bindings and messages as tables; made on connecting
session   one connected period: the connections, what is waited for, how long calls may take
consumer  leases messages to a connection, hands them to the handler, settles them
adapter   `PostgresBus`: the Protocol over all that, reconnecting

A message is a row per queue. Publishing inserts it into every queue with a matching binding
and notifies. A consumer leases rows with SKIP LOCKED; a lease is worth as much as the
connection that took it (it holds an advisory lock), so a dead consumer's messages are free at
once, as an AMQP broker would have it.
"""

from shared.bus.postgres.adapter import PostgresBus

__all__ = ["PostgresBus"]
