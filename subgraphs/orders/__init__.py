"""The orders subgraph: the one writer of reservation state, and the home of orders.

states          the order's state machine as data
models          values with decisions and the errors a buyer can be told; no I/O
tables, rows    the database's shape; rows to values
placing         the statements of a new order: the hot path
reservations    holds that end or turn into sales, and the stock that follows
transitions     the only code that changes an order: state, history, stock and events at once
announcements   events and live updates of what has changed
service         what buyers do; reactions: what other services and time set off
subscribers     event type to reaction
live            what subscriptions stream: snapshot, deltas, resync; pages: what lists show
invariants      what must always hold, as queries
loaders, api    the GraphQL side; app and worker are the two processes
"""
