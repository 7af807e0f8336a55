"""One GraphQL operation, from text to what planning and execution read.

`document` parses, validates and selects; `limits` answers before any of that costs much;
`variables` is compiled once per operation and coerces the values of each request; `normalise`
brings the operation into the form that the planner walks; `introspection` answers `__schema` and
`__type` from the API schema.
"""
