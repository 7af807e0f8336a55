"""Runs query plans: a `QueryPlan`, variables and transports in, the client's answer out.

`conditions` decides `@skip` and `@include`; `prepared` compiles what is left (with `data_shape`,
`representations_source`, `completion_source`); `executor` runs the graph of steps, each of them
by `step` (`representations` out, `subgraph_errors` and `merge` in); `completion` makes the answer
when something is wrong, the compiled completion when nothing is. `subscription` does it per event.
"""
