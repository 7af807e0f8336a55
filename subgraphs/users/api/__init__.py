"""The users subgraph's GraphQL surface: inputs → service and sessions → types; thin."""
