"""Names that look alike, and texts that are no names."""

import pytest

from rotation.identity.name import likeness, readable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bob", "BOB"),
        ("Bob Kay", " bob  kay "),
        ("Bob Kay", "bob.kay"),
        ("Zoé", "Zoe"),
        ("\u0412\u043eb", "Bob"),
        ("\u0421\u043e\u0440\u0430", "Copa"),
        ("Bob", "\uff22ob"),
        ("B0b", "Bob"),
        ("A1", "Al"),
    ],
)
def test_names_that_look_alike(one, other):
    """Case, accents, spaces, and letters of other alphabets tell no two persons apart."""
    assert likeness(one) == likeness(other)


def test_other_names_differ():
    """Two persons of different names are two."""
    assert len({likeness(name) for name in ("Ann", "Anna", "Bob", "Robert", "Иван", "Ivan")}) == 6


@pytest.mark.parametrize(
    "text", ["", " ", "--", "Bo\u200bb", "Bo\x00b", "B\u043eb", "\u202eBob", "Root and Bob", "The  Service"]
)
def test_what_is_no_name(text):
    """Nothing to read, what cannot be seen, letters of two alphabets, two persons, and what trails call the service."""
    with pytest.raises(ValueError, match="a name"):
        readable(text)


def test_a_name_is_kept_with_single_spaces():
    """As a person would write it."""
    assert readable("  Bob   Kay ") == "Bob Kay"
