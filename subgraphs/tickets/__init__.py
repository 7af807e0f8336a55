"""The catalogue: sellers put up tickets, everybody browses them.

    api → service → models → outbox → `tickets.ticket.*` events
          listing (read only)
    `orders.stock.changed` → subscribers → the stock replica (search, and edits that must wait)

details says what a listing may be, errors why one is refused. Whether a ticket can be had is
not known here: `Ticket.availability` is the orders subgraph's field.
"""
