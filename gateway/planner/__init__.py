"""Query planning: an operation in, a `QueryPlan` out, through stages of plain data.

`planner.plan_operation` runs them: normalise (gateway.operation) → `sites` (what is wanted where)
→ `choose` over `walk` (which subgraph resolves it; `requirements` for what entries send) → `tree`
(entries and their selections) → `optimise` (which entries travel together) → `steps` → `write`
(`layout` places fragments, `names` gives source keys, `document` the text, `representations` and
`output` the rest) → `plan`, the data that execution runs. `printer` and `explain` show them.
"""

from gateway.planner.errors import PlanningFailed
from gateway.planner.plan import QueryPlan
from gateway.planner.planner import PlanInput, plan_operation

__all__ = ["PlanInput", "PlanningFailed", "QueryPlan", "plan_operation"]
