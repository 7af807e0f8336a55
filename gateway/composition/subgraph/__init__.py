"""One subgraph: its SDL read into a model, checked as GraphQL, brought up to federation 2."""
