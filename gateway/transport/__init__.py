"""Out to subgraphs: bytes of a GraphQL request in, an answer or a stream of events out.

`settings` says how one subgraph is reached; `connect` makes its `base.Transport` (`remote`):
`http` for requests, `websocket` or `sse` for subscriptions. `in_process` is a transport to an ASGI
app in this process; `sharing` does identical work under way once; `headers` says what may travel.
"""

from gateway.transport.remote import connect

__all__ = ["connect"]
