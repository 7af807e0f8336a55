"""A subgraph's failure as data: it stands where the value should be, and says why it does not.

A `Failure` takes the place of a null in the merged data. Whoever reads the value afterwards knows
that it is unknown rather than null; completion turns it into a null and one error per position.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SubgraphPath = tuple[str | int, ...]

GRAPHQL_ERROR = "DOWNSTREAM_SERVICE_ERROR"
"""`extensions.code` of a subgraph's error that has none of its own."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a value is not there; `rest` leads from the value to the field that failed."""

    message: str
    extensions: Mapping[str, object]
    rest: SubgraphPath = ()

    @property
    def cause(self) -> int:
        """The same for every reason that stems from one error of one answer."""
        return id(self.extensions)

    @classmethod
    def of(cls, message: str, code: str, service: str) -> "Reason":
        """A reason that the gateway itself gives."""
        return cls(message, {"code": code, "service": service})


@dataclass(frozen=True, slots=True)
class Failure:
    """Stands in the merged data for a value that could not be had."""

    reasons: tuple[Reason, ...]

    def under(self, key: str) -> "Failure":
        """What the failure of an object means for its field `key`.

        Reasons that lie below another field hold here too: the object is gone as a whole.
        """
        exact = tuple(
            Reason(reason.message, reason.extensions, reason.rest[1:])
            for reason in self.reasons
            if reason.rest and reason.rest[0] == key
        )
        if exact:
            return Failure(exact)
        return Failure(
            tuple(Reason(reason.message, reason.extensions) for reason in self.reasons[:1])
        )


JsonObject = dict[str, object]
