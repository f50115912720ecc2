"""Czech prepositions before numbers, as they are spoken."""

import pytest

from texts.catalogue import translator
from texts.formats import number
from texts.language import Language
from texts.prepositions import with_prepositions

CZECH, ENGLISH = translator(Language.CZECH), translator(Language.ENGLISH)


@pytest.mark.parametrize("count", [2, 3, 4, 6, 7, 14, 40, 66, 100, 499, 600, 4_000, 100_000])
def test_a_number_that_begins_with_two_consonants_has_ze(count):
    """Of thousands the first group decides."""
    text = with_prepositions("Přehráno 1 z %(count)s výměn.", {"count": number(count, CZECH)})
    assert text == "Přehráno 1 ze %(count)s výměn."


@pytest.mark.parametrize("value", [0, 1, 5, 8, 12, 20, 50, 99, 500, 5_000, "skupiny 4", "", "4711a"])
def test_other_values_have_z(value):
    """A name is left as it is."""
    assert with_prepositions("z %(what)s", {"what": value}) == "z %(what)s"


def test_texts_of_all_kinds_have_it():
    """A text with values and a counted one; words that a person has written are not touched, and English is not."""
    assert CZECH("%(done)s of %(of)s", done=4, of=4) == "4 ze 4"
    text = "%(done)s of %(count)s rotation is played."
    assert CZECH.counted(text, text, 4, done=2) == "Přehráno 2 ze 4 výměn."
    assert CZECH("%(name)s wishes to start it: %(why)s", name="Ann", why="z 4") == "Ann ho chce spustit: z 4"
    assert ENGLISH.filled("z %(of)s", {"of": 4}) == "z 4"
