"""Passes over the chosen entries before they become steps; each changes order, never data."""

from collections.abc import Callable

from gateway.planner.optimise.join_late import join_late
from gateway.planner.tree import Entry

PASSES: tuple[Callable[[list[Entry]], None], ...] = (join_late,)
