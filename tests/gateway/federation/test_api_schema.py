"""What clients see of a supergraph."""

from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLUnionType, print_schema

from gateway.federation.api_schema import build_api_schema, build_full_schema
from gateway.federation.supergraph import parse_supergraph
from tests.gateway.federation.supergraphs import MODERN

SUPERGRAPH = parse_supergraph(MODERN)
SCHEMA = build_api_schema(SUPERGRAPH)


def test_machinery_is_gone() -> None:
    text = print_schema(SCHEMA)
    assert not any(name in text for name in ("join__", "link__", "@mark", "@hidden", "@context"))


def test_inaccessible_types_fields_values_arguments_and_members_are_gone() -> None:
    query, union, enum = (SCHEMA.type_map[name] for name in ("Query", "U", "E"))
    assert isinstance(query, GraphQLObjectType)
    assert isinstance(union, GraphQLUnionType)
    assert isinstance(enum, GraphQLEnumType)
    assert list(query.fields["t"].args) == ["first"]
    assert [member.name for member in union.types] == ["T"]
    assert list(enum.values) == ["ON"]
    assert "Secret" not in SCHEMA.type_map
    thing = SCHEMA.type_map["T"]
    assert isinstance(thing, GraphQLObjectType)
    assert "w" not in thing.fields


def test_defaults_stay() -> None:
    assert "first: Int = 3" in print_schema(SCHEMA)


def test_executable_directives_stay_where_clients_can_write_them() -> None:
    directive = SCHEMA.get_directive("upper")
    assert directive is not None
    assert [location.name for location in directive.locations] == ["FIELD"]


def test_operators_can_have_all_of_it() -> None:
    text = print_schema(build_full_schema(SUPERGRAPH))
    assert "type Secret" in text
    assert "secret: Int" in text
    assert "join__" not in text
