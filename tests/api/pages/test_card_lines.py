"""The lines of a card: each kind of work in Czech, with its names; a line that was added stays English."""

import re

import pytest

from api.pages.card_lines import card_lines
from rotation.plan.work.instructions import instructions, sentences
from rotation.plan.work.task import ReplaceCertificate
from rotation.values import Fingerprint, ServerName
from texts.catalogue import translator
from texts.language import Language

CZECH, ENGLISH = translator(Language.CZECH), translator(Language.ENGLISH)
WORK = ReplaceCertificate(server=ServerName("SEPM <1>"), fingerprint_sha256=Fingerprint("ab" * 32), has_file=True)


def test_a_card_is_czech_but_for_what_was_added():
    """The server's name and the fingerprint are in it, as they are copied."""
    stored = ("Clients were seen an hour ago", *instructions(WORK))
    lines = card_lines(stored, WORK, CZECH)
    assert [each.language for each in lines] == [Language.ENGLISH, *[Language.CZECH] * (len(lines) - 1)]
    assert lines[0].text == stored[0]
    assert "Správce > Servery, vyberte SEPM <1>" in " ".join(each.text for each in lines)
    assert "ab" * 32 in lines[-2].text


def test_an_english_card_is_what_is_stored():
    """To the letter; lines that belong to another are known."""
    lines = card_lines((*instructions(WORK), "- a", "  b"), WORK, ENGLISH)
    assert tuple(each.text for each in lines[:-2]) == instructions(WORK)
    assert [each.part for each in lines[-2:]] == [True, True]


def test_a_task_of_an_older_version_keeps_its_lines():
    """What is not one of its lines now is shown as it was stored."""
    (line,) = card_lines(("Do as in 2025",), WORK, CZECH)
    assert (line.text, line.language) == ("Do as in 2025", Language.ENGLISH)


@pytest.mark.parametrize("by", [ENGLISH, CZECH], ids=["en", "cs"])
def test_no_value_is_left_open(by):
    """Each line is whole: no placeholder stays."""
    for each in card_lines(instructions(WORK), WORK, by):
        assert not re.search(r"%\(\w+\)s", each.text)
    assert len(sentences(WORK)) == len(instructions(WORK))
