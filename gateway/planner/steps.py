"""Entries in, drafts of requests out: which entries travel together, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.planner.tree import Entry


@dataclass(slots=True, eq=False)
class Draft:
    """One request: a root entry, or entity entries of one subgraph that are due together."""

    graph: str
    kind: str
    depth: int
    entries: list[Entry]


def make_drafts(entries: Sequence[Entry]) -> list[Draft]:
    """The requests in an order in which each comes after those it waits for."""
    drafts: dict[tuple[object, ...], Draft] = {}
    for entry in entries:
        key: tuple[object, ...] = (entry.graph, entry.depth)
        if not entry.is_entity:
            key = (entry,)
        draft = drafts.get(key)
        if draft is None:
            kind = "query" if entry.is_entity else entry.kind
            drafts[key] = Draft(entry.graph, kind, entry.depth, [entry])
        else:
            draft.entries.append(entry)
    return sorted(drafts.values(), key=lambda draft: (draft.depth, draft.entries[0].order))
