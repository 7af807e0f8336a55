"""All subgraphs side by side, merged type by type and field by field into the supergraph."""
