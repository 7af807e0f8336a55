"""An answer and its plan in; the answer with `extensions.apolloQueryPlan` out.

Asked for by the header `Apollo-Expose-Query-Plan`: `true` beside the answer, `dry-run` in place of
it, so that a tool can show a plan without running anything.
"""

import msgspec

from gateway.execution.exchange import Answer, AnswerKind
from gateway.planner.plan import QueryPlan
from gateway.planner.printer import plan_json, print_plan

HEADER = b"apollo-expose-query-plan"
BESIDE = b"true"
DRY_RUN = b"dry-run"
MEMBER = "apolloQueryPlan"

_Members = dict[str, msgspec.Raw]
_DECODER = msgspec.json.Decoder(_Members)


def with_plan(answer: Answer, plan: QueryPlan) -> Answer:
    """The answer with the plan among its extensions; nothing else of it is touched."""
    members = _DECODER.decode(answer.body)
    extensions = msgspec.json.decode(members.get("extensions", b"{}"), type=_Members)
    extensions[MEMBER] = _encoded(plan)
    members["extensions"] = msgspec.Raw(msgspec.json.encode(extensions))
    return Answer(answer.kind, msgspec.json.encode(members))


def plan_only(plan: QueryPlan) -> Answer:
    """The answer to a dry run: no data, the plan."""
    return with_plan(Answer(AnswerKind.EXECUTED, b'{"data":null}'), plan)


def _encoded(plan: QueryPlan) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode({"object": plan_json(plan), "text": print_plan(plan)}))
