"""The type of a JSON value, and the one place where its dynamic nature is narrowed."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""Anything that JSON can say."""

JSONObject: TypeAlias = Mapping[str, JSON]
