"""Entries of one site and subgraph travel together where no answer comes later for it.

A field with `@requires` has an entry of its own, so that a failed input hurts nothing else; the
other fields of that subgraph wait for it if the plan as a whole gets no longer.
"""

from gateway.planner.tree import Entry


def join_late(entries: list[Entry]) -> None:
    """Let early entries wait for later ones to the same site and subgraph."""
    groups: dict[tuple[object, str], list[Entry]] = {}
    for entry in entries:
        if entry.is_entity:
            groups.setdefault((entry.site, entry.graph), []).append(entry)
    longest = max((entry.depth for entry in entries), default=0)
    for group in groups.values():
        for early in sorted(group, key=lambda entry: entry.depth):
            later = [one for one in group if one.depth > early.depth]
            for late in sorted(later, key=lambda entry: entry.depth):
                if not late.depends_on(early) and _wait(early, late, entries, longest):
                    break


def _wait(early: Entry, late: Entry, entries: list[Entry], longest: int) -> bool:
    before = early.after
    early.after = before | late.after
    if set_depths(entries) <= longest:
        return True
    early.after = before
    set_depths(entries)
    return False


def set_depths(entries: list[Entry]) -> int:
    """Number every entry by the longest chain that leads to it; the longest of all."""
    for entry in entries:
        entry.depth = 0
    return max((_depth(entry) for entry in entries), default=0)


def _depth(entry: Entry) -> int:
    if entry.depth == 0:
        entry.depth = 1 + max((_depth(one) for one in entry.after), default=0)
    return entry.depth
