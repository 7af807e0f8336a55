"""Type references as their GraphQL text ("[String!]!") and the questions asked of them."""


def is_required(type_ref: str) -> bool:
    """Whether the outermost wrapper is non-null."""
    return type_ref.endswith("!")


def nullable(type_ref: str) -> str:
    """The reference without its outermost non-null."""
    return type_ref.removesuffix("!")


def is_list(type_ref: str) -> bool:
    """Whether it is a list, required or not."""
    return type_ref.startswith("[")


def item(type_ref: str) -> str:
    """The item type of a list reference."""
    return nullable(type_ref)[1:-1]


def base(type_ref: str) -> str:
    """The name of the innermost type."""
    return type_ref.strip("[]!")
