"""The card in the reader's language: the console's labels in that language, and each guess marked as one."""

import pytest

from api.pages.card_view import card_shown
from api.task.task_document import TaskShown
from rotation.originals.saving import how_to_save
from rotation.plan.card.additions import asked_again
from rotation.plan.card.cards import instructions
from rotation.plan.work.task import CopyList, CopyServer, ReplaceCertificate, evidence_for
from rotation.values import Fingerprint, ListName, ServerName
from texts.catalogue import translator
from texts.language import Language

CZECH, ENGLISH = translator(Language.CZECH), translator(Language.ENGLISH)
VERSION = "14.3.9816.7000"
REPLACE = ReplaceCertificate(server=ServerName("SEPM <1>"), fingerprint_sha256=Fingerprint("ab" * 32), has_file=True)
COPY = CopyList(
    source_list=ListName("Default"),
    copy_list=ListName("Default HTTP"),
    servers=(CopyServer(server=ServerName("s1"), address="s1.test", http_port=8014),),
)


@pytest.fixture
def task(make):
    """Makes the document of a task that has this work, with lines before and behind its own."""

    def made(work, *, before=(), after=(), lines=None):
        stored, evidence = make.task(), evidence_for(work)
        own = instructions(work, stored.id, evidence) if lines is None else lines
        update = {"work": work, "evidence": evidence, "instructions": (*before, *own, *after)}
        return TaskShown.of(stored.model_copy(update=update))

    return made


def test_a_czech_reader_sees_the_labels_of_a_czech_console(task):
    """Those of the vendor's Czech page, with the English ones beside them; names are as they are copied."""
    card = card_shown(task(COPY), VERSION, CZECH)
    assert card.acts[0].path == ("Zásady", "Součásti zásad", "Seznamy serverů pro správu")
    assert card.acts[0].english == ("Policies", "Policy Components", "Management Server Lists")
    assert not any(act.guessed for act in card.acts[:-1])
    assert (("Název kopie", "Default HTTP"),) in [row for act in card.acts for row in act.rows]
    assert [each.language for each in (*card.before, *card.after)] == [Language.CZECH] * len(card.before)


def test_a_label_that_no_document_has_is_marked(task):
    """The wizard's format is a guess in both languages, the way to it in Czech only."""
    english, czech = (card_shown(task(REPLACE), VERSION, by) for by in (ENGLISH, CZECH))
    assert [act.path[0] for act in english.acts if act.guessed] == [
        "Update the server certificate",
        "PKCS12 keystore (.pfx and .p12)",
    ]
    assert [act.path[0] for act in czech.acts if act.guessed][:2] == ["Správce", "Úlohy"]
    assert english.acts[1].english == ()


def test_the_file_is_taken_where_the_card_says_so(task):
    """One act has the button; the file's name is that of the file which is given."""
    acts = card_shown(task(REPLACE), VERSION, ENGLISH).acts
    assert [act.takes_file for act in acts].count(True) == 1
    assert (("File", "SEPM <1>.pfx"),) in acts[0].rows


def test_what_was_added_when_it_was_opened_is_translated(task):
    """What stands before the card's own lines comes before the acts, with its reason in English."""
    saved = tuple(each.english for each in how_to_save(task(COPY).rotation_id))
    again = asked_again("it cannot be assigned").english
    card = card_shown(task(COPY, before=(again,), after=saved), VERSION, CZECH)
    assert card.before[0].text == "Bylo to ohlášeno jako hotové a žádá se to znovu: it cannot be assigned"
    assert [each.language for each in card.after] == [Language.CZECH] * len(saved)


def test_a_task_of_an_older_version_keeps_its_lines(task):
    """Its lines are shown as they were stored, and no act that they do not have."""
    card = card_shown(task(COPY, lines=("Do as in 2025",)), VERSION, CZECH)
    assert card.acts == ()
    assert [(each.text, each.language) for each in card.after] == [("Do as in 2025", Language.ENGLISH)]
