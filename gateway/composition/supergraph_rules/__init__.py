"""Rules over the merged schema, in stages: a stage runs when those before it found nothing.

MERGE_RULES look at the subgraphs side by side and are reported with the errors of merging;
STRUCTURE_RULES assume a complete merged schema; API_RULES assume a sound one.
"""

from collections.abc import Sequence

from gateway.composition.supergraph_rules import (
    inaccessible,
    interface_fields,
    interface_keys,
    interface_objects,
    merged_graphql,
    no_queries,
    requires,
    transitive_auth,
)
from gateway.composition.supergraph_rules.view import SupergraphRule

MERGE_RULES: Sequence[SupergraphRule] = (
    interface_keys.check,
    interface_objects.check,
    no_queries.check,
)
STRUCTURE_RULES: Sequence[SupergraphRule] = (
    interface_fields.check,
    requires.check,
    transitive_auth.check,
)
API_RULES: Sequence[SupergraphRule] = (merged_graphql.check, inaccessible.check)
STAGES: Sequence[Sequence[SupergraphRule]] = (MERGE_RULES, STRUCTURE_RULES, API_RULES)
