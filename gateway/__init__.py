"""A federation gateway: subgraph SDLs and client requests in, one graph's answers out.

The packages in the order in which data flows through them:

    federation   supergraph and subgraph SDL as data; the API schema
    graph        the query graph that composition and planner both search
    composition  subgraphs → supergraph, or every reason why not
    operation    a client's document: parsed, validated, limited, normalised; its variables
    planner      an operation → a plan of fetches
    execution    a plan → one answer, from many subgraphs
    transport    out to subgraphs
    snapshot     everything that belongs to one supergraph, immutable
    pipeline     the flow in one function: prepare → execute → complete
    server       in from clients: HTTP, WebSocket, streams
    config       a config file → the subgraphs to compose
    reload       the engine from its files, the first and every later one
    app          the composition root; `__main__` and `cli` the command line
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.app import create_app as create_app
    from gateway.composition import compose as compose

__all__ = ["compose", "create_app"]


def __getattr__(name: str) -> object:
    # Imported late: whoever composes needs no web server, and a part needs no whole.
    if name == "create_app":
        from gateway.app import create_app

        return create_app
    if name == "compose":
        from gateway.composition import compose

        return compose
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
