"""KEY_FIELDS_HAS_ARGS: a key of a field with arguments."""

from tests.gateway.composition.kit import only_error


def test_a_key_field_must_not_have_arguments() -> None:
    message = only_error(
        a='type Query { t: T } type T @key(fields: "name") { name(lang: String): String }'
    )
    assert '"T.name" has arguments' in message
