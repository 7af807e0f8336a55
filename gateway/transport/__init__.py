"""Out to subgraphs: bytes of a GraphQL request in, an answer or a stream of events out.

`settings` says how one subgraph is reached; `connect` opens its `base.Transport`: `http` for
requests, `websocket` or `sse` for subscriptions, `in_process` for an ASGI app in this process.
`headers` holds what may travel and what may not.
"""
