"""The four services of the marketplace: subgraphs of one graph, each with a database of its own.

users     who somebody is: accounts, sessions, the tokens that the others believe
tickets   the catalogue: what is put up, by whom, for how much
orders    who gets it: stock, holds, orders and their live updates
payments  the money: authorise, capture, refund

They never call or import each other. What one must know of another arrives as events, and
what a client asks across them the gateway joins.
"""
