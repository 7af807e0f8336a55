"""Federation as data, on graphql-core alone.

`supergraph` reads a supergraph SDL into the `model`; `api_schema` makes the schema that clients
see from it. `selection` holds field sets (`@key`, `@requires`, `@provides`), `links` the features
that a schema links and their local names, `values` GraphQL values as canonical text.
"""
