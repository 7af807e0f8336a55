"""What services tell each other: the only business words in `shared`.

codec     a frozen dataclass to JSON data and back, tolerant of fields it does not know
events    the envelope of every event
users, tickets, orders, payments   event types and the snapshot that each aggregate's events carry
topology  which queue takes which events: declared by publishers and consumers alike
"""
