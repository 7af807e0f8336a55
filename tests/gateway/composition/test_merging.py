"""What the supergraph says of each element, and which subgraphs it names."""

from tests.gateway.composition.kit import compose_sdls, fed2, supergraph, type_block


def test_a_field_of_all_subgraphs_needs_no_join() -> None:
    sdl = supergraph(a="type Query { x: Int @shareable }", b="type Query { x: Int @shareable }")
    assert "  x: Int\n" in type_block(sdl, "Query")


def test_a_field_of_some_subgraphs_names_them() -> None:
    sdl = supergraph(a="type Query { x: Int }", b="type Query { y: Int }")
    assert "x: Int @join__field(graph: A)\n" in sdl
    assert "y: Int @join__field(graph: B)\n" in sdl


def test_every_key_is_a_join_of_the_type() -> None:
    sdl = supergraph(
        a="""type Query { t: T }
             type T @key(fields: "id") @key(fields: "o { id }", resolvable: false) { id: ID! o: O }
             type O { id: ID! }"""
    )
    assert '@join__type(graph: A, key: "id")' in sdl
    assert '@join__type(graph: A, key: "o { id }", resolvable: false)' in sdl


def test_implemented_interfaces_are_united() -> None:
    sdl = supergraph(
        a="type Query { t: T } interface A { x: Int } type T implements A @shareable { x: Int }",
        b="interface B { x: Int } type T implements B @shareable { x: Int }",
    )
    assert "type T implements A & B\n" in sdl
    assert '@join__implements(graph: B, interface: "B")' in sdl


def test_unions_are_united_with_a_join_per_member() -> None:
    sdl = supergraph(
        a="type Query { u: U } union U = X type X @shareable { a: Int }",
        b="union U = X | Y type X @shareable { a: Int } type Y { a: Int }",
    )
    assert " = X | Y\n" in sdl
    assert '@join__unionMember(graph: B, member: "Y")' in sdl
    assert '@join__unionMember(graph: A, member: "Y")' not in sdl


def test_tags_are_united_and_access_requirements_conjoined() -> None:
    sdl = supergraph(
        a="""type Query { x: Int @shareable
             @tag(name: "a") @requiresScopes(scopes: [["r"], ["s"]]) }""",
        b="""type Query { x: Int @shareable
             @tag(name: "b") @requiresScopes(scopes: [["s", "t"]]) }""",
    )
    assert '@tag(name: "a") @tag(name: "b")' in sdl
    assert '@requiresScopes(scopes: [["s", "t"]])' in sdl


def test_the_commonest_description_wins_and_deprecation_is_kept() -> None:
    sdl = supergraph(
        a='type Query { "one" x: Int @shareable @deprecated(reason: "old") }',
        b='type Query { "two" x: Int @shareable }',
        c='type Query { "two" x: Int @shareable }',
    )
    assert '"""two"""\n  x: Int @deprecated(reason: "old")' in sdl


def test_an_override_drops_the_field_where_it_was() -> None:
    sdl = supergraph(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }',
        b='type T @key(fields: "id") { id: ID! x: Int @override(from: "a") }',
    )
    assert 'x: Int @join__field(graph: B, override: "a")\n' in sdl


def test_an_overridden_field_still_in_use_is_marked() -> None:
    sdl = supergraph(
        a='type T @key(fields: "id") { id: ID! x: Int }',
        b='type Query { t: T } type T @key(fields: "id") { id: ID! @override(from: "a") }',
    )
    assert "id: ID! @join__field(graph: A, usedOverridden: true)" in sdl


def test_executable_directives_survive_if_every_subgraph_has_them() -> None:
    both = "directive @cached(seconds: Int) on FIELD | QUERY "
    text = supergraph(a=both + "type Query { a: Int }", b=both + "type Query { b: Int }")
    assert "directive @cached(seconds: Int) on FIELD | QUERY\n" in text
    text = supergraph(a=both + "type Query { a: Int }", b="type Query { b: Int }")
    assert "@cached" not in text


def test_a_renamed_directive_keeps_its_name_in_the_supergraph() -> None:
    link = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
        ' import: [{name: "@inaccessible", as: "@hidden"}]) type Query { a: Int b: Int @hidden }'
    )
    text = compose_sdls(a=link).supergraph_sdl or ""
    assert 'import: [{name: "@inaccessible", as: "@hidden"}], for: SECURITY)' in text
    assert "b: Int @hidden" in text


def test_directives_can_be_named_by_their_namespace() -> None:
    url = "https://specs.apollo.dev/federation/v2.9"
    for alias, prefix in (("", "federation"), (', as: "fed"', "fed")):
        sdl = f"""extend schema @link(url: "{url}"{alias}) type Query {{ t: T }}
                  type T @{prefix}__key(fields: "id") {{ id: ID! }}"""
        assert 'key: "id"' in (compose_sdls(a=sdl).supergraph_sdl or "")


def test_values_are_printed_as_they_were_written() -> None:
    text = supergraph(
        a=r"""type Query { a(
              "quoted \" text" s: String = "a\"b\\c" f: Float = 1.50 l: [Int!] = [1, 2]
              o: I = {e: A, n: null}): Int }
              input I { e: E n: Int } enum E { A }"""
    )
    assert r's: String = "a\"b\\c"' in text
    assert "f: Float = 1.50" in text
    assert "l: [Int!] = [1, 2]" in text
    assert "o: I = {e: A, n: null}" in text


def test_a_type_that_only_federation_needs_does_not_reach_the_supergraph() -> None:
    sdl = supergraph(a="scalar federation__FieldSet type Query { a: Int }")
    assert "federation__" not in sdl


def test_cache_tags_are_kept_per_subgraph() -> None:
    tagged = 'type Query { x: Int @shareable @cacheTag(format: "x") }'
    sdl = compose_sdls(a=fed2(tagged, "2.12"), b=fed2(tagged, "2.12")).supergraph_sdl or ""
    expected = '@join__directive(graphs: [A, B], name: "federation__cacheTag", args: {format: "x"})'
    assert expected in sdl
