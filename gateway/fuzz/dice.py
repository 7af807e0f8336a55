"""Random choices behind one small interface, so that hypothesis can make (and shrink) them too."""

from collections.abc import Sequence
from random import Random
from typing import Protocol, TypeVar

T = TypeVar("T")


class Dice(Protocol):
    """A source of choices; the first alternative should be the simplest one."""

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        ...


class SeededDice:
    """The same seed makes the same choices."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  # reproducible on purpose

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        return self._random.randrange(limit)


def pick(dice: Dice, values: Sequence[T]) -> T:
    """One of `values`, which must not be empty."""
    return values[dice.below(len(values))]


def chance(dice: Dice, one_in: int) -> bool:
    """True once in `one_in` times."""
    return dice.below(one_in) == one_in - 1


def sample(dice: Dice, values: Sequence[T], count: int) -> list[T]:
    """`count` different ones of `values`, in their order."""
    left = list(range(len(values)))
    taken = [left.pop(dice.below(len(left))) for _ in range(min(count, len(left)))]
    return [values[index] for index in sorted(taken)]
