"""Why an operation cannot be planned: always a fault of the supergraph, never of the client.

PlanningFailed   PLANNING_FAILED: composition let a field through that no path reaches
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from gateway.errors import GatewayError

if TYPE_CHECKING:
    from gateway.planner.sites import Place


class PlanningFailed(GatewayError):
    """No way through the subgraphs resolves a field; the message holds position and field."""

    code = "PLANNING_FAILED"

    @classmethod
    def unreachable(cls, place: Place, name: str) -> Self:
        """The field `name` of the place has no options."""
        return cls(f"no subgraph can resolve {place.type}.{name} at {place.site!r}")
