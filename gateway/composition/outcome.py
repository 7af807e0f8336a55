"""What composition takes and gives: subgraph SDLs in; a supergraph SDL, errors and hints out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class SubgraphInput:
    """One subgraph as its owner hands it in."""

    name: str
    url: str
    sdl: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place in one subgraph's SDL; line and column count from 1."""

    subgraph: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.subgraph}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class CompositionError:
    """Why the subgraphs do not compose; `code` is one of Apollo's composition error codes."""

    code: str
    message: str
    locations: tuple[Location, ...] = ()

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def placed(self) -> "CompositionError":
        """The same with its locations (`subgraph:line:column`) in the message as well."""
        places = ", ".join(dict.fromkeys(map(str, self.locations)))
        return replace(self, message=f"{self.message} (at {places})") if places else self


@dataclass(frozen=True, slots=True)
class CompositionHint:
    """Something that composes but may surprise; `code` is one of Apollo's hint codes."""

    code: str
    message: str
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """The whole outcome; `supergraph_sdl` is None exactly when there are errors."""

    supergraph_sdl: str | None
    errors: tuple[CompositionError, ...] = ()
    hints: tuple[CompositionHint, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether a supergraph came out."""
        return self.supergraph_sdl is not None


def quoted(names: Sequence[str]) -> str:
    """Names as prose: `"a"`, `"a" and "b"`, `"a", "b" and "c"`."""
    marked = [f'"{name}"' for name in names]
    if len(marked) < 2:
        return "".join(marked)
    return f"{', '.join(marked[:-1])} and {marked[-1]}"


def in_subgraphs(names: Sequence[str]) -> str:
    """Subgraph names as prose: `subgraph "a"` or `subgraphs "a" and "b"`."""
    return f"subgraph{'s' if len(names) != 1 else ''} {quoted(names)}"
