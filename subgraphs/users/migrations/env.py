"""Alembic's entry: runs the revisions of the users database."""

from shared.migrations import run_env

run_env("subgraphs.users.models")
