"""The root's `__schema` and `__type` fields of an operation, as an operation of their own."""

from collections.abc import Iterable, Mapping

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)

Fragments = Mapping[str, FragmentDefinitionNode]


def introspection_part(operation: OperationDefinitionNode, fragments: Fragments) -> str | None:
    """The text of the introspection in `operation`; None when it asks for none."""
    selections = tuple(_introspecting(operation.selection_set, fragments))
    if not selections:
        return None
    used = _used_fragments(selections, fragments)
    variables = _variables([*selections, *used])
    part = OperationDefinitionNode(
        operation=OperationType.QUERY,
        name=None,
        directives=(),
        variable_definitions=tuple(
            definition
            for definition in operation.variable_definitions or ()
            if definition.variable.name.value in variables
        ),
        selection_set=SelectionSetNode(selections=selections),
    )
    return "\n".join(print_ast(node) for node in (part, *used))


def _introspecting(selections: SelectionSetNode, fragments: Fragments) -> Iterable[SelectionNode]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            if node.name.value in ("__schema", "__type"):
                yield node
            continue
        if isinstance(node, FragmentSpreadNode):
            inner = fragments[node.name.value].selection_set
        elif isinstance(node, InlineFragmentNode):
            inner = node.selection_set
        else:
            raise TypeError(f"not a selection: {node.kind}")
        kept = tuple(_introspecting(inner, fragments))
        if kept:
            yield _wrapped(kept, node.directives or ())


def _wrapped(
    selections: tuple[SelectionNode, ...], directives: tuple[DirectiveNode, ...]
) -> InlineFragmentNode:
    return InlineFragmentNode(
        type_condition=None,
        directives=directives,
        selection_set=SelectionSetNode(selections=selections),
    )


class _Names(Visitor):
    """Collects the names of variables and fragment spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.spreads: dict[str, None] = {}

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.spreads[node.name.value] = None


def _names(nodes: Iterable[Node]) -> _Names:
    names = _Names()
    for node in nodes:
        visit(node, names)
    return names


def _variables(nodes: Iterable[Node]) -> set[str]:
    return _names(nodes).variables


def _used_fragments(nodes: Iterable[Node], fragments: Fragments) -> list[FragmentDefinitionNode]:
    found: dict[str, FragmentDefinitionNode] = {}
    waiting = list(_names(nodes).spreads)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = fragments[name]
            waiting.extend(_names([fragments[name]]).spreads)
    return list(found.values())
