"""Differential fuzzing: the gateway's answer must equal that of one service with the same data.

A supergraph and a seed make a `world` (every value of every object, a function of its identity).
`subgraphs` serve their part of it, strictly: a lie in a representation, a field that is not theirs
or an external one that nobody provided is an error. The `monolith` serves all of it on the API
schema. `operations` writes random legal operations, `run` sends each to both, and `shrink` makes
what differs small.
"""
