"""Supergraph SDL of every join version in, the model out."""

import pytest
from graphql import build_schema, parse, print_schema

from gateway.federation.model import TypeKind
from gateway.federation.selection import print_selection
from gateway.federation.supergraph import SupergraphError, parse_supergraph
from tests.gateway.federation.supergraphs import FIRST_VERSION, MODERN

SUPERGRAPH = parse_supergraph(MODERN)


def test_subgraphs_have_ids_names_and_urls() -> None:
    assert [(one.id, one.name, one.url) for one in SUPERGRAPH.subgraphs.values()] == [
        ("A", "a", "http://a"),
        ("B_1", "b-1", ""),
    ]


def test_types_of_features_are_left_out() -> None:
    assert set(SUPERGRAPH.types) == {"Query", "N", "T", "O", "U", "Secret", "E"}


def test_keys_keep_their_resolvability() -> None:
    keys = SUPERGRAPH.types["T"].joins["A"].keys
    assert [(key.text, key.resolvable) for key in keys] == [("id", True), ("o { id }", False)]


def test_interface_objects_are_marked() -> None:
    joins = SUPERGRAPH.types["N"].joins
    assert (joins["A"].interface_object, joins["B_1"].interface_object) == (False, True)


def test_a_field_without_joins_is_in_all_subgraphs_of_its_type() -> None:
    assert set(SUPERGRAPH.types["T"].fields["id"].joins) == {"A"}


def test_a_bare_join_means_that_no_subgraph_has_the_field_on_the_type() -> None:
    assert SUPERGRAPH.types["T"].fields["extra"].joins == {}


def test_join_arguments_are_read() -> None:
    moved = SUPERGRAPH.types["T"].fields["moved"].joins["A"]
    assert (moved.type.text, moved.override, moved.override_label) == ("Int!", "b-1", "percent(5)")
    resolved = SUPERGRAPH.types["T"].fields["s"].joins["A"]
    assert print_selection(resolved.requires) == "w"
    (use,) = resolved.contexts
    assert (use.argument, use.context, use.type.text) == ("c", "a__ctx", "String!")


def test_labels_are_collected() -> None:
    assert SUPERGRAPH.labels == {"percent(5)"}


def test_unions_and_enums_know_who_has_what() -> None:
    assert SUPERGRAPH.types["U"].members == {"A": ("T",)}
    assert SUPERGRAPH.types["E"].values["ON"].graphs == {"A"}


def test_renamed_directives_are_known_by_the_names_of_their_specifications() -> None:
    assert [one.name for one in SUPERGRAPH.types["Secret"].directives] == ["inaccessible"]
    (tag,) = SUPERGRAPH.types["Query"].fields["t"].directives
    assert (tag.name, dict(tag.arguments)) == ("tag", {"name": "x"})


def test_kinds_are_told_apart() -> None:
    kinds = {name: one.kind for name, one in SUPERGRAPH.types.items()}
    assert kinds["N"] is TypeKind.INTERFACE
    assert SUPERGRAPH.types["U"].abstract
    assert not SUPERGRAPH.types["E"].composite


def test_join_v0_1_gives_fields_to_their_owner() -> None:
    fields = parse_supergraph(FIRST_VERSION).types["T"].fields
    assert set(fields["n"].joins) == {"A"}
    assert print_selection(fields["m"].joins["B"].requires) == "n"


@pytest.mark.parametrize(
    ("sdl", "message"),
    [
        ("type Query {", "does not parse"),
        ("type Query { a: Int }", "no join__Graph"),
        ('enum join__Graph { A @join__graph(name: "a", url: "") }', "no Query type"),
    ],
)
def test_what_is_no_supergraph_is_refused_with_the_reason(sdl: str, message: str) -> None:
    with pytest.raises(SupergraphError, match=message):
        parse_supergraph(sdl)


def test_the_fixture_is_valid_graphql() -> None:
    assert print_schema(build_schema(parse(MODERN).loc.source.body, assume_valid_sdl=True))  # type: ignore[union-attr]  # parsed with locations
