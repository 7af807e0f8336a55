"""In from clients: what arrives on a socket becomes a `GraphQLRequest`; an `Answer` goes back.

`/graphql` is one raw ASGI callable (`endpoint`), outside any middleware:

    HTTP       http_request (decode) → identity → engine → http_response | sse
    WebSocket  ws (I/O) around ws_protocol (graphql-transport-ws without I/O) → identity → engine

Beside it `routes` holds what is not GraphQL: `health`, `static`. `browser` answers for CORS,
CSRF and the Origin of sockets; `identity` exchanges a client's opaque token for the one that
subgraphs accept; `lifecycle` drains; `access_log` writes one line per request.
"""
