"""The payments subgraph: authorise, let orders decide, then capture; and give money back.

states, models       the payment's state machine as data; values, and the one decision on money
tables, rows         the database's shape; rows to values
transitions          the only code that changes a payment: state, history and event at once
service              a buyer starts to pay; refunds: a seller, or the house, gives money back
settlement           what provider and orders say → what a payment becomes and asks for
calls, desk          calls to the provider as rows, and who carries them out
gateway              the provider as a Protocol; stripe_gateway: over Stripe's API
webhook, inbound     the provider's events: stored, then processed from the stored row
ledger, alarms       double entries; what a human must see
reconcile            the provider's books against ours; invariants: what must always hold
subscribers          event type to what it sets off
loaders, api         the GraphQL side; app and worker are the two processes
"""
