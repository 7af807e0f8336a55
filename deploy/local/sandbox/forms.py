"""Stripe's form encoding: `metadata[a]=1&expand[]=x` in, typed parameters out."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from deploy.local.sandbox.errors import invalid


@dataclass(frozen=True, slots=True)
class Parameters:
    """A call's parameters by their written names, such as `metadata[order]` or `expand[0]`."""

    values: Mapping[str, str]

    @staticmethod
    def parse(encoded: str) -> "Parameters":
        """From a query string or a form body; of a name given twice the last counts."""
        return Parameters(dict(parse_qsl(encoded, keep_blank_values=True)))

    def only(self, *names: str) -> "Parameters":
        """Itself; raises when it holds a parameter outside `names`."""
        for written in self.values:
            if written.partition("[")[0] not in names:
                raise invalid(
                    f"Received unknown parameter: {written}", written, "parameter_unknown"
                )
        return self

    def text(self, name: str) -> str | None:
        """The value; None when missing or empty."""
        return self.values.get(name) or None

    def required(self, name: str) -> str:
        """The value; raises when it is missing."""
        value = self.text(name)
        if value is None:
            raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
        return value

    def integer(self, name: str, minimum: int, maximum: int) -> int | None:
        """The value as an integer in minimum..maximum; None when missing."""
        value = self.text(name)
        if value is None:
            return None
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise invalid(f"Invalid integer: {value}", name, "parameter_invalid_integer")
        if not minimum <= int(value) <= maximum:
            message = f"Invalid value for {name}: must be within {minimum} and {maximum}."
            raise invalid(message, name, "parameter_invalid_integer")
        return int(value)

    def choice(self, name: str, *allowed: str) -> str | None:
        """The value, one of `allowed`; None when missing."""
        value = self.text(name)
        if value is not None and value not in allowed:
            raise invalid(f"Invalid {name}: must be one of {', '.join(allowed)}", name)
        return value

    def mapping(self, name: str) -> dict[str, str]:
        """`name[key]=value` pairs as a dictionary."""
        prefix = f"{name}["
        return {
            written[len(prefix) : -1]: value
            for written, value in self.values.items()
            if written.startswith(prefix) and written.endswith("]")
        }

    def expansions(self) -> frozenset[str]:
        """The fields named by `expand[]`, without the `data.` of lists."""
        return frozenset(path.removeprefix("data.") for path in self.mapping("expand").values())

    def flag(self, name: str) -> bool:
        """Whether the value is `true`."""
        return self.choice(name, "true", "false") == "true"
