"""The tickets subgraph's GraphQL surface: inputs → service or listing → types; thin."""
