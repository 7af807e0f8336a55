"""The revisions of the users database: `python -m shared.migrations subgraphs.users`."""
