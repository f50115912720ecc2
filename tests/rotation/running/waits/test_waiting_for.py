"""Why a rotation waits: one sentence for every state, step, attention and trouble, in both languages."""

import ast
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from engine.contract import ErrorType
from rotation.finding import warning
from rotation.plan.step import Step
from rotation.running.open_task import OpenTask
from rotation.running.waits.of_attention import ATTENTION, of_attention
from rotation.running.waits.of_steps import BY_ITSELF, WAITS
from rotation.running.waits.of_trouble import TROUBLES
from rotation.running.waits.situation import AskedMatter, CurrentStep, Situation, TaskHeld, WaitMeasure
from rotation.running.waits.waiting_for import waiting_for
from rotation.standing.trouble import TroubleCode
from rotation.text.english import in_english
from rotation.text.fitting import LONGEST
from rotation.text.sentence import Sentence
from rotation.values import ServerName, TaskId
from store.progress import RotationStatus
from tests.proof import reach
from texts.catalogue import translator
from texts.language import Language
from texts.writing import written

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
NAME = "A9 at “the server with a very long name” in Brno " * 6
KINDS = [each.model_fields["kind"].default for each in get_args(get_args(Step)[0])]
WAIT = WaitMeasure(due=NOW, limit=LATER, read=True, total=100_000, covered=90_000, waiting=10_000)
RAISES = frozenset({"raise_attention", "ask", "ask_on"})


def running(**fields) -> Situation:
    """A rotation that runs."""
    return Situation(status="running", now=NOW, **fields)


def step(kind: str, **fields) -> Situation:
    """One that stands at a step of that kind."""
    return running(step=CurrentStep(kind=kind, title=NAME), **fields)


def both(found: Sentence) -> tuple[str, str]:
    """The sentence in both languages: each is whole, short enough, and not the other one.

    The English one is the same without a catalogue, as workflows write it.
    """
    english, czech = (written(found, translator(language)) for language in Language)
    assert in_english(found) == english
    for text in (english, czech):
        assert 0 < len(text) <= LONGEST, text
        assert text.endswith("."), text
        assert "%(" not in text, text
    assert english != czech
    return english, czech


def raised() -> set[str]:
    """The codes of all attention, as the source of the workflows names them."""
    files = sorted((reach.HOME / "workflows").rglob("*.py"))
    calls = [
        (file, each)
        for file in files
        for each in ast.walk(reach._parsed(file))
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in RAISES
    ]
    named = {
        code
        for file, call in calls
        if (given := reach._code(call)) is not None
        for code in reach._values(given, reach._constants(file))
    }
    return named | reach.table_codes()


def test_each_attention_has_a_sentence():
    """Every code that a workflow raises, and every failure that a person must decide about; no other one."""
    of_store = {"trail-conflict", "not-answering"}
    assert ATTENTION.keys() == raised() | {each.value for each in ErrorType} | of_store


@pytest.mark.parametrize("code", ATTENTION)
def test_the_sentence_of_an_attention(code):
    """It is short with the longest names, and says who acts: an operator, an administrator, or a holder."""
    english, _ = both(waiting_for(step("gate", attention=(AskedMatter(code=code, subject=NAME),), wait=WAIT)))
    assert any(actor in english.lower() for actor in ("operator", "administrator", "holder", "second person", "person"))


def test_a_hold_does_not_hide_a_roll_back():
    """The second person reads that one is wanted; without one the hold stands alone."""
    held = running(held=True, held_by="ann", hold_reason="SEPM-1 is down.")
    assert "roll-back" not in both(waiting_for(held))[0]
    wanted = held.model_copy(update={"attention": (AskedMatter(code="roll-back", subject="Brno"),)})
    english, _ = both(waiting_for(wanted))
    assert "SEPM-1 is down. A roll-back is wanted, too: a second person approves it" in english


def test_only_a_replacement_has_a_time_to_begin():
    """The holder of another task reads no deadline: its card has none."""
    task = OpenTask(id=TaskId("t1"), step="01", opened_at=NOW, claimed_by="ann", claimed_at=NOW, proven_at=NOW)
    task = task.model_copy(update={"begun_at": NOW})
    assert TaskHeld.of(task, replaces=True).begin_until is not None
    assert TaskHeld.of(task, replaces=False).begin_until is None


def test_what_holds_canaries_is_a_client_or_a_server():
    """Clients by number; where none is waited for, that a server was not shown; before a reading, neither."""
    asked = step("gate", attention=(AskedMatter(code="canary-held", subject=NAME),))
    waited = WaitMeasure(read=True, total=11, covered=8, waiting=3)
    assert "do not get through: 3 of 11 (" in both(waiting_for(asked.model_copy(update={"wait": waited})))[0]
    shown = waited.model_copy(update={"covered": 11, "waiting": 0})
    assert (
        "none has shown what a replaced server signs" in both(waiting_for(asked.model_copy(update={"wait": shown})))[0]
    )
    assert "clients that go first hold" in both(waiting_for(asked))[0]


def test_the_most_urgent_attention_counts():
    """A strange certificate comes before a gate's limit, whichever was raised first."""
    asked = tuple(AskedMatter(code=code, subject="sepm-1") for code in ("gate-limit", "third-certificate"))
    assert of_attention(asked, WAIT) == of_attention(asked[1:], WAIT)
    assert of_attention((), WAIT) is None


def test_an_attention_of_another_version():
    """A code that this version does not know has a sentence all the same."""
    both(waiting_for(running(attention=(AskedMatter(code="of-tomorrow", subject="sepm-1"),))))


@pytest.mark.parametrize("kind", KINDS)
def test_the_sentence_of_a_step(kind):
    """Each kind has a sentence of its own: with its wait, with its task, and before either is there."""
    waits = {"wait": WAIT} if kind in WAITS else {}
    task = {"task": TaskHeld()} if kind == "console" else {}
    english, _ = both(waiting_for(step(kind, **waits, **task)))
    assert ("No person" in english) == (kind in BY_ITSELF)
    both(waiting_for(step(kind)))


def test_every_kind_is_of_one_sort():
    """A kind that is added is sorted: it is a wait, a task, or done by the service alone."""
    assert set(KINDS) == WAITS | BY_ITSELF.keys() | {"console"}


def test_before_the_first_reading_there_is_no_count():
    """A gate that was not read shows when it is read first, and never 0 of 0 clients."""
    unread = WaitMeasure(due=LATER, limit=LATER, next_at=NOW + timedelta(hours=1))
    assert "first time at 2026-05-01 01:00 UTC" in both(waiting_for(step("gate", wait=unread)))[0]
    assert "no client has been read yet" in both(waiting_for(step("gate", wait=WaitMeasure(due=LATER))))[0]
    assert " 0 of 0 " in both(waiting_for(step("gate", wait=unread.model_copy(update={"read": True}))))[0]


@pytest.mark.parametrize("limit", [LATER, None])
def test_a_gate_that_waits_for_a_server_names_it(limit):
    """No client is missing: 0 of 0 clients would look as if the gate had nothing to wait for."""
    wait = WaitMeasure(due=NOW, limit=limit, read=True, unshown=(ServerName("SEPM-2"),))
    english, czech = both(waiting_for(running(step=CurrentStep(kind="gate", title="Wait"), wait=wait)))
    assert "no client has taken a new policy from SEPM-2 yet" in english
    assert ("then a later gate waits for it" in english) is (limit is not None), "or a person decides"
    assert "SEPM-2" in czech


def test_a_gate_shows_value_against_needed():
    """Before its minimum, past it, and when no client is waited for."""
    before = WAIT.model_copy(update={"due": LATER})
    assert "90,000 of 100,000" in both(waiting_for(step("gate", wait=before)))[0]
    assert "10,000 of 100,000 clients. Normal until 2026-05-02" in both(waiting_for(step("gate", wait=WAIT)))[0]
    done = WAIT.model_copy(update={"waiting": 0})
    assert "next reading decides" in both(waiting_for(step("gate", wait=done)))[0]


def test_a_task_names_its_holder_and_the_time():
    """Open, claimed, and claimed with a time to begin; one that has passed is not shown."""
    assert "An operator claims it" in both(waiting_for(step("console", task=TaskHeld())))[0]
    until = TaskHeld(claimed_by="olga", begin_until=LATER)
    assert "begin before 2026-05-02" in both(waiting_for(step("console", task=until)))[0]
    over = until.model_copy(update={"begin_until": NOW - timedelta(hours=1)})
    assert "begin before" not in both(waiting_for(step("console", task=over)))[0]


@pytest.mark.parametrize("status", [each for each in RotationStatus if each is not RotationStatus.RUNNING])
@pytest.mark.parametrize("purpose", ["rotate", "restore", "recover"])
def test_the_sentence_of_an_end(status, purpose):
    """Each end has its own, whatever else is known; rolled back is not rotated."""
    ended = Situation(status=status.value, purpose=purpose, now=NOW, held_by="ann", attention=())
    english, _ = both(waiting_for(ended))
    assert ("not rotated" in english) == (status.value in {"rolled-back", "restored"})


def test_each_trouble_has_a_sentence():
    """Every code of the service's own troubles; no other one."""
    assert TROUBLES.keys() == {each.value for each in TroubleCode}


@pytest.mark.parametrize("code", [*TROUBLES, "of-tomorrow"])
def test_trouble_comes_first(code):
    """What keeps everything from going on is the sentence, even of a rotation that is held and asks something."""
    asked = (AskedMatter(code="gate-limit", subject="x"),)
    trouble = warning(code, "rot-1", "m")
    both(waiting_for(running(trouble=trouble, held_by="ann", attention=asked)))
    assert waiting_for(running(trouble=trouble, attention=asked)) == waiting_for(running(trouble=trouble))


def test_a_hold_names_who_and_why():
    """A hold comes before attention and step; of the store alone its holder is not known."""
    held = step("gate", wait=WAIT, held=True, held_by="ann", hold_reason="a change freeze.")
    assert both(waiting_for(held))[0].startswith("ann holds the rotation: a change freeze. Nothing")
    both(waiting_for(running(held=True)))
    both(waiting_for(running(held=True, held_by="a" * 200, hold_reason="b" * 2000)))


def test_between_the_steps():
    """Before the first step, after the last one, and where the store alone is known."""
    assert "begins within" in both(waiting_for(running(begun=False)))[0]
    assert "Every step is done" in both(waiting_for(running()))[0]
    assert "looks again at 2026-05-02" in both(waiting_for(step("", next_at=LATER)))[0]
