"""The graphs that the planning and composition benchmarks run on."""

from gateway.composition import SubgraphInput

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@shareable", "@external", "@requires", "@provides"])'
)

SHOP = {
    "accounts": """
        type Query { me: User users: [User] }
        type User @key(fields: "id") { id: ID! name: String username: String @shareable }
    """,
    "inventory": """
        type Product @key(fields: "upc") {
          upc: String!
          weight: Int @external
          price: Int @external
          inStock: Boolean
          shippingEstimate: Int @requires(fields: "price weight")
        }
    """,
    "products": """
        type Query { topProducts(first: Int = 5): [Product] }
        type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }
    """,
    "reviews": """
        type Product @key(fields: "upc") { upc: String! reviews: [Review] }
        type User @key(fields: "id") {
          id: ID!
          username: String @external
          reviews: [Review]
        }
        type Review @key(fields: "id") {
          id: ID!
          body: String
          author: User @provides(fields: "username")
          product: Product
        }
    """,
}

SHOP_OPERATION = """
    fragment User on User { id username name }
    fragment Review on Review { id body }
    fragment Product on Product { inStock name price shippingEstimate upc weight }
    query Shop {
      users {
        ...User
        reviews {
          ...Review
          product {
            ...Product
            reviews {
              ...Review
              author { ...User reviews { ...Review product { ...Product } } }
            }
          }
        }
      }
      topProducts {
        ...Product
        reviews {
          ...Review
          author { ...User reviews { ...Review product { ...Product } } }
        }
      }
    }
"""


def shop() -> list[SubgraphInput]:
    """Four subgraphs whose nested operation hops between them seven times or more."""
    return [SubgraphInput(name, f"http://{name}", LINK + sdl) for name, sdl in SHOP.items()]


def implementations(count: int) -> tuple[list[SubgraphInput], str]:
    """An interface with `count` implementations in two subgraphs, and an operation on it."""
    names = [f"Kind{index}" for index in range(count)]
    first = "".join(
        f'type {name} implements Node @key(fields: "id") {{ id: ID! }} ' for name in names
    )
    second = "".join(
        f'type {name} implements Node @key(fields: "id") {{ id: ID! name: String }} '
        for name in names
    )
    return (
        [
            SubgraphInput(
                "a",
                "http://a",
                LINK + "type Query { items: [Node] } interface Node { id: ID! }" + first,
            ),
            SubgraphInput(
                "b", "http://b", LINK + "interface Node { id: ID! name: String }" + second
            ),
        ],
        "{ items { id ... on Kind7 { name } ... on Kind8 { name } } }",
    )


def shareable(fields: int, subgraphs: int) -> tuple[list[SubgraphInput], str]:
    """A type whose every field is shareable in every subgraph."""
    names = [f"f{index}" for index in range(fields)]
    body = " ".join(f"{name}: Int @shareable" for name in names)
    sdl = f'type T @key(fields: "id") {{ id: ID! {body} }}'
    inputs = [
        SubgraphInput(
            f"s{index}",
            f"http://s{index}",
            LINK + ("type Query { t: [T] } " if index == 0 else "") + sdl,
        )
        for index in range(subgraphs)
    ]
    return inputs, "{ t { " + " ".join(names) + " } }"


def wide(subgraphs: int, types: int) -> list[SubgraphInput]:
    """Many subgraphs with many types each; every type is an entity of two subgraphs."""
    inputs = []
    for index in range(subgraphs):
        parts = [LINK, f"type Query {{ q{index}: T{index}x0 }}"]
        parts.extend(
            f'type T{index}x{number} @key(fields: "id") {{ id: ID! '
            f"a: String b: Int next: T{index}x{(number + 1) % types} }}"
            for number in range(types)
        )
        other = (index + 1) % subgraphs
        parts.extend(
            f'type T{other}x{number} @key(fields: "id") {{ id: ID! from{index}: String }}'
            for number in range(0, types, 4)
        )
        inputs.append(SubgraphInput(f"s{index}", f"http://s{index}", "\n".join(parts)))
    return inputs
