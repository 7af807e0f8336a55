"""How large a document may be before anybody works for it: it passes, or LimitExceeded is raised.

Checked on the text and the parsed tree, before validation and planning. Counts are those of the
operation with its fragments spread, so that a short document cannot ask for a huge selection; each
fragment is measured once and its figures are reused, in loops rather than recursion.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Lexer,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    TokenKind,
)
from graphql.error import GraphQLSyntaxError

from gateway.errors import LimitExceeded, ParseFailed


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one operation may have; None means no limit.

    `selections`, `aliases` and `directives` count every use of a fragment again; `depth` counts
    levels of fields; `root_fields` those of the operation's root selection set.
    """

    tokens: int | None = None
    depth: int | None = None
    selections: int | None = None
    aliases: int | None = None
    root_fields: int | None = None
    directives: int | None = None


NO_LIMITS = Limits()


@dataclass(slots=True)
class _Figures:
    """What one definition costs, spreads included."""

    depth: int = 0
    selections: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    spreads: list[tuple[str, int]] = field(default_factory=list)
    """Name of each fragment spread and the number of fields above it."""


def check_text(text: str, limits: Limits) -> None:
    """Raise LimitExceeded when `text` has more tokens than allowed; ParseFailed on a bad token."""
    if limits.tokens is None or len(text) <= limits.tokens:
        return
    lexer = Lexer(Source(text))
    count = 0
    try:
        while lexer.advance().kind is not TokenKind.EOF:
            count += 1
            if count > limits.tokens:
                raise _exceeded("tokens", None, limits.tokens)
    except GraphQLSyntaxError as error:
        raise ParseFailed.from_graphql([error]) from None


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Raise LimitExceeded when an operation of the document is larger than allowed."""
    if limits == NO_LIMITS:
        return
    fragments = {
        node.name.value: _own_figures(node)
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    for name in _children_first(fragments):
        _add_spreads(fragments[name], fragments)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            figures = _own_figures(node)
            _add_spreads(figures, fragments)
            _compare(figures, limits)


def _compare(figures: _Figures, limits: Limits) -> None:
    for limit in fields(Limits):
        allowed = getattr(limits, limit.name)
        found = getattr(figures, limit.name, 0)
        if allowed is not None and found > allowed:
            raise _exceeded(limit.name, found, allowed)


def _exceeded(name: str, found: int | None, allowed: int) -> LimitExceeded:
    label = name.replace("_", " ")
    have = f"{found} {label}" if found is not None else f"more than {allowed} {label}"
    return LimitExceeded(
        [
            {
                "message": f"The operation has {have}; this server allows {allowed}. "
                "Ask for less, or in several operations.",
                "extensions": {"code": LimitExceeded.code, "limit": name, "allowed": allowed},
            }
        ]
    )


def _own_figures(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Figures:
    """The figures of one definition without the fragments that it spreads."""
    figures = _Figures(directives=len(definition.directives or ()))
    stack: list[tuple[SelectionSetNode, int]] = [(definition.selection_set, 0)]
    while stack:
        selection_set, above = stack.pop()
        for selection in selection_set.selections:
            figures.selections += 1
            figures.directives += len(selection.directives or ())
            if isinstance(selection, FragmentSpreadNode):
                figures.spreads.append((selection.name.value, above))
                continue
            is_field = isinstance(selection, FieldNode)
            if isinstance(selection, FieldNode):
                figures.aliases += selection.alias is not None
                figures.root_fields += above == 0
                figures.depth = max(figures.depth, above + 1)
            nested: SelectionSetNode | None = getattr(selection, "selection_set", None)
            if nested is not None:
                stack.append((nested, above + is_field))
    return figures


def _add_spreads(figures: _Figures, fragments: Mapping[str, _Figures]) -> None:
    """Add what the spread fragments cost; those are complete, unless they close a cycle."""
    for name, above in figures.spreads:
        fragment = fragments.get(name)
        if fragment is None:
            continue  # validation names it
        figures.depth = max(figures.depth, above + fragment.depth)
        figures.selections += fragment.selections
        figures.aliases += fragment.aliases
        figures.directives += fragment.directives
        if above == 0:
            figures.root_fields += fragment.root_fields
    figures.spreads = []


def _children_first(fragments: Mapping[str, _Figures]) -> list[str]:
    """The fragments ordered so that each follows those it spreads; cycles are cut anywhere.

    A cycle is for validation to report: here it only must not run for ever.
    """
    ordered: list[str] = []
    seen: set[str] = set()
    for root in fragments:
        if root in seen:
            continue
        seen.add(root)
        path: list[tuple[str, Iterator[tuple[str, int]]]] = [(root, iter(fragments[root].spreads))]
        while path:
            name, spreads = path[-1]
            following = next((s for s, _ in spreads if s in fragments and s not in seen), None)
            if following is None:
                ordered.append(name)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(fragments[following].spreads)))
    return ordered
