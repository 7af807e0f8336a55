"""Every stage of planning as text, and the plan as text, JSON and picture."""

import json
import textwrap

import pytest

from gateway.planner.explain import STAGES, explain
from gateway.planner.printer import plan_dot, plan_json, print_plan
from tests.gateway.planner.kit import federation

SHOP = federation(
    a='type Query { us: [U] } type U @key(fields: "id") { id: ID! name: String @shareable }',
    b="""
        type U @key(fields: "id") { id: ID! n: Int m: Int @requires(fields: "w") w: Int @external }
    """,
    c='type U @key(fields: "id") { id: ID! w: Int name: String @shareable }',
)
PRINTED = """
QueryPlan {
  Sequence {
    Fetch(service: "a", id: 0) {
      {
        us {
          id
          name
        }
      }
    },
    Fetch(service: "c", id: 1, after: [0]) {
      (path: "us.@") {
        ... on U { __typename id }
      } =>
      {
        _entities(representations: $representations) {
          ... on U {
            w
          }
        }
      }
    },
    BatchFetch(service: "b", id: 2, after: [0, 1]) {
      e0 (path: "us.@", if: $a) {
        ... on U { __typename id }
      } =>
      e1 (path: "us.@") {
        ... on U { __typename id w }
      } =>
      {
        e0: _entities(representations: $r0) {
          ... on U {
            n
          }
        }
        e1: _entities(representations: $r1) {
          ... on U {
            m
          }
        }
      }
    },
  },
}
"""
OPERATION = "query($a:Boolean!){us{title:name n @include(if:$a) m}}"


def text(value: str) -> str:
    return textwrap.dedent(value).strip()


def test_the_normalised_operation() -> None:
    assert explain(SHOP.input(OPERATION), "normalise") == text(
        """
        query
          $a:Boolean!
          us: [U]
            title: name: String
            n: Int if $a
            m: Int
        """
    )


def test_the_paths_with_what_they_were_chosen_from() -> None:
    assert explain(SHOP.input(OPERATION), "paths").split("\n") == [
        "$.us U.n: U@B of U@B 2004",
        "$.us U.m: U@B of U@B 2006",
        "$.us U.name: U@A, already there",
        "$.us U.(present): U@A, already there",
    ]


def test_the_steps_before_they_are_written() -> None:
    assert explain(SHOP.input(OPERATION), "steps").split("\n")[0] == "0: query A at $ depth 1"


def test_the_graph() -> None:
    assert "U@B" in explain(SHOP.input(OPERATION), "graph")


def test_an_unknown_stage_is_an_error() -> None:
    assert list(STAGES) == ["normalise", "graph", "paths", "steps", "plan"]
    with pytest.raises(KeyError):
        explain(SHOP.input(OPERATION), "parse")


def test_the_plan_prints() -> None:
    printed = print_plan(SHOP.plan(OPERATION))
    assert explain(SHOP.input(OPERATION), "plan") == printed == PRINTED.strip()


def test_the_plan_is_a_json_value() -> None:
    value = plan_json(SHOP.plan(OPERATION))
    assert json.loads(json.dumps(value)) == value
    assert (value["fetches"], value["depth"]) == (3, 3)


def test_the_plan_has_a_picture() -> None:
    picture = plan_dot(SHOP.plan(OPERATION))
    assert picture.startswith("digraph plan {")
    assert "s0 -> s1;" in picture
