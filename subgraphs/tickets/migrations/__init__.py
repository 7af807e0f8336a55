"""The revisions of the tickets database: `python -m shared.migrations subgraphs.tickets`."""
