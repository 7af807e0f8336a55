"""Alembic's entry: runs the revisions of the tickets database."""

from shared.migrations import run_env

run_env("subgraphs.tickets.models")
