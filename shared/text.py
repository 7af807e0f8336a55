"""Text that people type, in; the same, clean, or what is wrong with it, out."""

import unicodedata

BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make text read in another order than it is stored: a disguise."""


def clean_text(value: str) -> str:
    """`value` without outer white space, in NFC, so that equal texts compare equal."""
    return unicodedata.normalize("NFC", value.strip())


def text_problem(
    value: str, shortest: int, longest: int, *, lines: bool = False, show: bool = True
) -> str | None:
    """What is wrong with a text and what to do, or None.

    Control characters, lone surrogates (which no database takes) and BIDI_CONTROLS are wrong;
    `lines` allows line breaks and tabs. `show=False` keeps characters out of the message.
    """
    if len(value) < shortest:
        if not value:
            return "is empty; give some text"
        return f"has {len(value)} characters; give at least {shortest}"
    if len(value) > longest:
        return f"has {len(value)} characters; {longest} is the most"
    for character in value:
        if lines and character in "\n\r\t":
            continue
        if character in BIDI_CONTROLS or unicodedata.category(character) in {"Cc", "Cs"}:
            named = f"the control character U+{ord(character):04X}"
            return f"has {named if show else 'a control character'}; remove it"
    return None
