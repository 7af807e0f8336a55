"""Supergraph texts of several composers, as small as they can be."""

JOIN = """
enum link__Purpose { SECURITY EXECUTION }
scalar link__Import
scalar join__FieldSet
"""

MODERN = (
    """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hidden", for: SECURITY)
  @link(url: "https://specs.apollo.dev/tag/v0.3", import: [{ name: "@tag", as: "@mark" }])
{ query: Query }

directive @upper(on: Boolean) on FIELD | OBJECT
directive @mark(name: String!) on FIELD_DEFINITION

enum join__Graph {
  A @join__graph(name: "a", url: "http://a")
  B_1 @join__graph(name: "b-1", url: "")
}

type Query @join__type(graph: A) @join__type(graph: B_1) {
  t(first: Int = 3, secret: Int @hidden): T @join__field(graph: A) @mark(name: "x")
}

interface N
  @join__type(graph: A, key: "id")
  @join__type(graph: B_1, key: "id", isInterfaceObject: true)
{
  id: ID!
  extra: Int @join__field(graph: B_1)
}

type T implements N
  @join__implements(graph: A, interface: "N")
  @join__type(graph: A, key: "id")
  @join__type(graph: A, key: "o { id }", resolvable: false)
  @context(name: "a__ctx")
{
  id: ID!
  o: O
  extra: Int @join__field
  w: Int @hidden
  moved: Int
    @join__field(graph: A, override: "b-1", overrideLabel: "percent(5)", type: "Int!")
    @join__field(graph: B_1)
  s(x: Int): Int
    @join__field(
      graph: A
      requires: "w"
      contextArguments: [{ context: "a__ctx", name: "c", type: "String!", selection: "{ id }" }]
    )
}

type O @join__type(graph: A) { id: ID! }

union U @join__type(graph: A) @join__unionMember(graph: A, member: "T") = T | Secret

type Secret @join__type(graph: A) @hidden { x: Int }

enum E @join__type(graph: A) {
  ON @join__enumValue(graph: A)
  OFF @join__enumValue(graph: A) @hidden
}
"""
    + JOIN
)

FIRST_VERSION = """
schema
  @core(feature: "https://specs.apollo.dev/core/v0.1")
  @core(feature: "https://specs.apollo.dev/join/v0.1")
{ query: Query }

enum join__Graph {
  A @join__graph(name: "a", url: "http://a")
  B @join__graph(name: "b", url: "http://b")
}

type Query { t: T @join__field(graph: A) }

type T
  @join__owner(graph: A)
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id")
{
  id: ID! @join__field(graph: A)
  n: Int
  m: Int @join__field(graph: B, requires: "n")
}
"""
