"""Where and for whom the planner is at work: one frozen value in place of many parameters."""

from dataclasses import dataclass

from gateway.operation.normalise.conditions import Condition
from gateway.planner.sites import Place
from gateway.planner.tree import Entry
from gateway.planner.walk import NOTHING_BARRED, Barred, Reachable

Wanted = Condition | Entry
"""A client's condition, or the entry whose input something is."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place, where its objects can be had, who wants something there, and the edges in use."""

    place: Place
    reachable: Reachable
    wanted: Wanted
    barred: Barred = NOTHING_BARRED
