"""In from clients: what arrives on a socket becomes a `GraphQLRequest`; an `Answer` goes back.

`/graphql` is one raw ASGI callable (`endpoint`), outside any middleware:

    HTTP       http_protocol (uvicorn's, bounded) → http_reader, http_request (decode) → callers
               (who asks) → engine → http_response | stream (SSE, multipart)
    WebSocket  ws (I/O) around ws_protocol (graphql-transport-ws without I/O) → operations → engine
    SSE        single_stream: all operations of a client on one stream → operations → engine

`serving` is the value that all of them work with. Who asks: `identity`, `identity_exchange` (the
opaque token for the one that subgraphs accept), `kept_identity` (on connections that stay open),
`revocations` (sessions that end). What is refused before it costs anything: `browser` (origins),
`rate_limit`, `documents` (persisted and trusted), the limits of `gateway.operation`. Beside the
endpoint `routes` has `health`, `metrics`, `static`; `process` and `workers` run and drain it all.
"""
