"""Rules over one subgraph: RULES lists them; each yields every error it finds."""

from collections.abc import Sequence

from gateway.composition.subgraph_rules import (
    auth,
    context,
    cost,
    external,
    from_context,
    interface_keys,
    interface_object,
    key,
    list_size,
    provides,
    requires,
    shareable,
)
from gateway.composition.subgraph_rules.view import Rule

RULES: Sequence[Rule] = (
    key.check,
    requires.check,
    provides.check,
    external.check,
    interface_keys.check,
    interface_object.check,
    shareable.check,
    auth.check,
    cost.check,
    list_size.check,
    context.check,
    from_context.check,
)
