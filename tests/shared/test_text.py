"""Text that people type: cleaned, or refused with a reason."""

import pytest

from shared.text import clean_text, text_problem


def test_equal_texts_become_equal() -> None:
    assert clean_text(" Cafe\u0301\n") == clean_text("Caf\u00e9")


@pytest.mark.parametrize("text", ["a", "é" * 5, "👩‍🎤", "مرحبا", "two words", "a-b_c"])
def test_ordinary_text_is_fine(text: str) -> None:
    assert text_problem(text, 1, 10) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty; give some text"),
        ("ab", "has 2 characters; give at least 3"),
        ("x" * 11, "has 11 characters; 10 is the most"),
        ("bell\u0007", "has the control character U+0007; remove it"),
        ("two\nlines", "has the control character U+000A; remove it"),
        ("evil\u202e", "has the control character U+202E; remove it"),
        ("half\ud83c", "has the control character U+D83C; remove it"),
    ],
)
def test_what_is_wrong_is_said(text: str, problem: str) -> None:
    assert text_problem(text, 3, 10) == problem


def test_lines_may_be_allowed_and_characters_kept_secret() -> None:
    assert text_problem("two\r\n\tlines", 1, 20, lines=True) is None
    assert text_problem("bell\u0007", 1, 20, show=False) == "has a control character; remove it"
