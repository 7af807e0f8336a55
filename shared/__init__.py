"""What every service needs and none owns; no business words except in `contracts/`.

In the order data flows through a service:

settings, logging   environment in, one configured process out
identity            a service token in, the caller's `Identity` out; everything else is refused
graphql             a Strawberry schema in, the HTTP + WebSocket application out
db                  the one unit of work per resolver or handler, on the service's own PostgreSQL
contracts           events: the envelope, each service's snapshots, and who listens to what
outbox              an event is appended in the unit of work, then relayed to the bus
bus                 publish, delay, consume with bounded retry, park, replay; two adapters
inbox               a consumer's handler runs once per message, in its own unit of work
worker              relay, consumers, jobs and health under one task group
trace               what started the work at hand: correlation, causation, trace context
live                NOTIFY in, bounded per-subscriber queues out (GraphQL subscriptions)
"""
