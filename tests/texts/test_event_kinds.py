"""What events tell, in words."""

import pytest

from engine.contract import EventKind
from texts.catalogue import translator
from texts.event_kinds import kind_text
from texts.language import Language
from texts.writing import written

CZECH, ENGLISH = translator(Language.CZECH), translator(Language.ENGLISH)


@pytest.mark.parametrize("kind", EventKind)
def test_each_kind_has_words(kind):
    """In both languages, and none of them is a code."""
    english, czech = written(kind_text(kind), ENGLISH), written(kind_text(kind), CZECH)
    assert "-" not in english
    assert english != czech


def test_an_unknown_kind_has_its_own_words():
    """Of another release."""
    assert written(kind_text("moon-eaten"), CZECH) == "moon eaten"
