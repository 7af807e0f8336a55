"""Lines of Python in, a function out: what the compiled parts of a plan are written with.

Names and values from documents never become code: strings enter as `repr`, everything else as a
constant of the function's namespace.
"""

from collections.abc import Callable
from typing import Any


class Source:
    """A module's text under construction, and the constants it refers to."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._namespace: dict[str, object] = {}
        self._names = 0

    def line(self, depth: int, text: str) -> None:
        """One line at an indentation of `depth` levels."""
        self._lines.append(" " * depth + text)

    def constant(self, value: object, hint: str = "c") -> str:
        """A name by which the code can refer to `value`."""
        name = self.name(hint)
        self._namespace[name] = value
        return name

    def name(self, hint: str) -> str:
        """A name that nothing else has."""
        self._names += 1
        return f"{hint}{self._names}"

    def text(self) -> str:
        """The code, for people."""
        return "\n".join(self._lines)

    def function(self, name: str) -> Callable[..., Any]:
        """Compile and return the function that the code defines as `name`."""
        exec(compile(self.text(), f"<prepared {name}>", "exec"), self._namespace)  # noqa: S102  # see above
        found: Callable[..., Any] = self._namespace[name]  # type: ignore[assignment]  # made above
        return found
