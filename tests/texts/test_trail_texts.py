"""Events of moves, and of the trails of sites and of the service, in Czech: by their kinds."""

import pytest

from rotation.plan.work.task import TaskState
from rotation.running.message import Move
from store.trail.site_trail import TrailKind
from texts.catalogue import translator
from texts.language import Language
from texts.trail_kinds import BY_KIND
from texts.trail_texts import event_text

CZECH, ENGLISH = translator(Language.CZECH), translator(Language.ENGLISH)
BY_THEIR_WORDS = {
    *("clients-taken-in", "fingerprint-pinned", "fingerprint-dropped", "rotation-started", "originals-given"),
    *("originals-taken-in", "file-taken", "keystore-made", "keystore-taken", "key-destroyed", "backup-restored"),
    *("values-rewrapped", "encryption-keys-found", "identity-altered", "write-refused", "activity-refused"),
}
"""Kinds whose texts have words enough to be found without the kind, or are the reason of a person."""


@pytest.mark.parametrize("who", ["ann", "Ann Nováková", "%(who)s", "by ann"])
@pytest.mark.parametrize("move", Move)
def test_a_move_is_shown_in_words(move, who):
    """Each move in Czech, its code is gone, the name and the reason stay as they are."""
    shown = event_text("message", f"{move.value} by {who}: it was late; the location is gone", CZECH)
    assert shown.endswith(f" {who}: it was late; the location is gone")
    assert move.value not in shown.removesuffix(f" {who}: it was late; the location is gone")
    assert event_text("message", f"{move.value} by {who}", CZECH) == shown.removesuffix(
        ": it was late; the location is gone"
    )


@pytest.mark.parametrize("end", [TaskState.DONE, TaskState.REFUSED, TaskState.WITHDRAWN])
def test_the_end_of_a_task_is_shown_in_words(end):
    """Its title, how it ended, who ended it, and what was seen."""
    text = f"Replace the certificate of SEPM-1: {end.value} by the service (the rotation turns back)"
    shown = event_text("task-closed", text, CZECH)
    assert shown.startswith("Vyměnit certifikát serveru SEPM-1: ")
    assert shown.endswith("služba (výměna se vrací)")
    assert " by " not in shown


def test_a_task_that_was_not_opened_is_shown_with_the_reason():
    """A title that ends with a name ends there; the title of a task by hand has a colon of its own."""
    why = "they are compared with those of SEPM-2"
    shown = event_text("task-closed", f"Compare the .SIG files of SEPM-1: {why}", CZECH)
    assert shown == "Porovnat soubory .SIG (SEPM-1): porovnají se spolu se soubory serveru SEPM-2"
    shown = event_text("task-closed", f"By hand: start what was stopped: {why}", CZECH)
    assert shown == "Ručně: start what was stopped: porovnají se spolu se soubory serveru SEPM-2"


def test_two_persons_are_named():
    """Both names, with the word between them in the language."""
    shown = event_text("task-closed", "Look: done by ann and eve (they looked)", CZECH)
    assert shown == "Look: hotovo, ann a eve (they looked)"


def test_each_kind_of_a_trail_is_known():
    """An event that is found by its kind has a kind of the store; each other kind is listed here."""
    assert set(BY_KIND) | BY_THEIR_WORDS == set(TrailKind)
    assert not set(BY_KIND) & BY_THEIR_WORDS


CASES = {
    ("registered", "site Hradec: Králové"): "pracoviště Hradec: Králové",
    ("renamed", "name: New Brno: it moved; the site is gone"): "jméno: New Brno: it moved; the site is gone",
    ("limits-changed", "limits: two holidays"): "limity: two holidays",
    ("channel-added", "channel mail of the night shift"): "kanál mail of the night shift",
    ("key-revoked", "key k1 of Ann Nováková"): "klíč k1 identity Ann Nováková",
    ("write-begins", "connection: is about to be written"): "connection: bude zapsáno",
    ("write-ended", "connection: refused: no answer"): "connection: odmítnuto: žádná odpověď",
    ("write-ended", "connection: applied"): "connection: zapsáno",
    ("backup-restored", "the database is the copy of 2026-01-31 17:05 UTC"): (
        "databáze je kopií z 31. 1. 2026 17:05 UTC"
    ),
    ("encryption-keys-found", "other keys than before: added a1, removed none"): (
        "jiné klíče než předtím: přidané a1, odebrané žádné"
    ),
    ("values-rewrapped", "3 values have got key k2"): "3 hodnoty dostaly klíč k2",
    ("values-rewrapped", "1 values have got key k2"): "1 hodnota dostala klíč k2",
    ("limits-changed", "something that an older release has written"): "something that an older release has written",
    ("ended", "rolled-back"): "vráceno, nevyměněno",
    ("some-kind", "hold by ann"): "hold by ann",
}


ENGLISH_WORDS = {
    ("message", "roll_back by ann_b: as_it_is"): "roll back by ann_b: as_it_is",
    ("message", "site_moved by the watch"): "change of the site noticed by the watch",
    ("ended", "rolled-back"): "rolled back",
    ("some-kind", "roll_back by ann"): "roll_back by ann",
}


@pytest.mark.parametrize(("event", "czech"), CASES.items())
def test_an_event_is_shown_by_its_kind(event, czech):
    """Names and reasons have spaces, colons and full stops; what the kind does not have stays as it is."""
    kind, message = event
    assert event_text(kind, message, CZECH) == czech
    if (kind, message) not in ENGLISH_WORDS and "_" not in message.partition(" by ")[0]:
        assert event_text(kind, message, ENGLISH) == message


@pytest.mark.parametrize(("event", "english"), ENGLISH_WORDS.items())
def test_a_code_is_words_in_english_too(event, english):
    """Of a move and of an end; what people have written stays."""
    kind, message = event
    assert event_text(kind, message, ENGLISH) == english
