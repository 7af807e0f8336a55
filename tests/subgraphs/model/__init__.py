"""The model test: the real domain code of orders and payments under a virtual clock.

provider   an in-memory payment provider that loses answers on demand
world      two databases, an in-memory bus that doubles and shuffles, and the things people do
test_model a hypothesis state machine over it; every invariant after every step
"""
