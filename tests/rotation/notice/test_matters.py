"""What waits for a person, and what is reported when it begins and ends."""

from datetime import timedelta

import pytest

from rotation.notice.changes import changes
from rotation.notice.deadlines import Deadlines
from rotation.notice.matter import StandingMatter
from rotation.notice.matters import of_rotation, of_site
from rotation.notice.notice import NoticeKind
from rotation.plan.start_by import LatestStart
from rotation.plan.work.task import TaskState
from rotation.running.attention import Attention
from rotation.running.message import Move
from rotation.text.sentence import sentence
from rotation.values import RotationId, ServerName


def shown(seen, code="adrift", message="it differs", options=(), subject="sepm1"):
    """An attention as the store has it."""
    raised = Attention(code=code, subject=subject, message=message, options=options, raised_at=seen.t0)
    return raised.finding()


def test_an_open_task_waits_for_a_person_and_a_claimed_one_does_not(seen):
    """Its notice names site, step, and by when: the site's patience after its opening."""
    (matter,) = of_rotation(seen.rotation(seen.task()))
    assert (matter.kind, matter.site_name, matter.step) == (
        NoticeKind.TASK_OPENED,
        "Vienna",
        "Replace the certificate of sepm1",
    )
    assert (matter.task_id, matter.by_when) == ("task-1", seen.at(days=8))
    assert of_rotation(seen.rotation(seen.task(state=TaskState.CLAIMED, claimed_by="ann"))) == ()


@pytest.mark.parametrize(
    ("code", "options", "kind"),
    [
        ("adrift", (), NoticeKind.ATTENTION),
        ("adrift", (Move.RETRY, Move.CANCEL), NoticeKind.ATTENTION),
        ("second-person", (Move.APPROVE,), NoticeKind.APPROVAL_WANTED),
        ("gate-limit", (Move.EXTEND, Move.PROCEED), NoticeKind.GATE_LATE),
    ],
)
def test_attention_has_a_kind_by_what_it_asks(seen, code, options, kind):
    """A wish for an approval, a gate past its limit, and all else; the moves that it offers are named."""
    (matter,) = of_rotation(seen.rotation(attention=(shown(seen, code, options=options),)))
    assert (matter.kind, matter.asks, matter.text) == (kind, options, "it differs")


@pytest.mark.parametrize(
    ("code", "options", "deadlines", "by_when"),
    [
        ("second-person", (Move.APPROVE,), {"gate": 3, "ahead": 3, "certificate": 9}, 3),
        ("adrift", (), {"certificate": 9}, 9),
        ("gate-limit", (Move.EXTEND,), {"gate": -1, "certificate": 9}, -1),
        ("adrift", (), {}, None),
    ],
)
def test_attention_names_a_date_where_there_is_one(seen, code, options, deadlines, by_when):
    """The next date of the rotation, or the end of the old certificate; of a late gate, its limit, which has passed."""
    dates = Deadlines(**{name: seen.at(days=days) for name, days in deadlines.items()})
    waits = sentence("a sentence")
    watched = seen.rotation(attention=(shown(seen, code, options=options),), deadlines=dates, waits=waits)
    (matter,) = of_rotation(watched)
    assert (matter.by_when, matter.waits) == (None if by_when is None else seen.at(days=by_when), waits)


def test_a_site_of_which_no_port_answers_is_unreadable(seen):
    """One port that answers is enough; a site that was never looked at says nothing."""
    assert of_site(seen.watched()) == ()
    assert of_site(seen.watched(seen.port(), seen.port(server="sepm2", error="timeout"))) == ()
    (matter,) = of_site(seen.watched(seen.port(error="refused"), seen.port(server="sepm2", error="timeout")))
    assert (matter.kind, matter.text) == (NoticeKind.SITE_UNREADABLE, "sepm1 (refused); sepm2 (timeout)")
    assert matter.by_when is None
    start = LatestStart(
        at=seen.at(days=3),
        server=ServerName("sepm1"),
        ends=seen.at(days=90),
        takes=timedelta(days=80),
        margin=timedelta(days=7),
    )
    (matter,) = of_site(seen.watched(seen.port(error="refused"), latest_start=start))
    assert matter.by_when == seen.at(days=3)


def test_begin_and_end_are_reported_once(seen):
    """What stands already says nothing; its end has a notice of its own, which names what it was."""
    now = of_rotation(seen.rotation(attention=(shown(seen),)))
    first = changes((), now, seen.t0)
    assert [each.kind for each in first.notices] == [NoticeKind.ATTENTION]
    assert changes(first.begun, now, seen.at(hours=1)).notices == ()
    last = changes(first.begun, (), seen.at(hours=2))
    (over,) = last.notices
    assert (over.kind, over.of, over.at, over.asks) == (NoticeKind.OVER, NoticeKind.ATTENTION, seen.at(hours=2), ())
    assert (last.over, over.matter) == (first.begun, first.notices[0].matter)


def test_another_question_takes_the_place_of_the_first(seen):
    """It is asked again, and the first one is not reported as over."""
    asked = of_rotation(seen.rotation(attention=(shown(seen, options=(Move.RETRY,)),)))
    again = of_rotation(seen.rotation(attention=(shown(seen, message="another", options=(Move.RETRY,)),)))
    found = changes(changes((), asked, seen.t0).begun, again, seen.at(hours=1))
    assert [each.kind for each in found.notices] == [NoticeKind.ATTENTION]
    assert len(found.over) == 1


def test_a_text_that_changes_is_no_other_matter(seen):
    """Attention without a choice is the same while its code and subject are: a count in it calls no person again."""
    before = of_rotation(seen.rotation(attention=(shown(seen, message="3 clients"),)))
    after = of_rotation(seen.rotation(attention=(shown(seen, message="2 clients"),)))
    found = changes(changes((), before, seen.t0).begun, after, seen.at(hours=1))
    assert (found.begun, found.over) == ((), ())


def test_what_is_not_known_now_is_not_over(seen):
    """A rotation that does not answer may still show its attention; its tasks, and other rotations, are known."""
    attention = of_rotation(seen.rotation(attention=(shown(seen),)))
    standing = changes((), (*attention, *of_rotation(seen.rotation(seen.task()))), seen.t0).begun
    found = changes(standing, (), seen.at(hours=1), uncertain=[seen.rotation().id])
    assert [each.matter.kind for each in found.over] == [NoticeKind.TASK_OPENED]
    assert len(changes(standing, (), seen.at(hours=1), uncertain=[RotationId("rot-2")]).over) == 2


def test_a_task_that_was_claimed_is_no_news(seen):
    """Its end is silent; opened again it calls again, under another id."""
    now = of_rotation(seen.rotation(seen.task()))
    first = changes((), now, seen.t0)
    assert changes(first.begun, (), seen.at(hours=1)).notices == ()
    again = changes((), now, seen.at(hours=2))
    assert again.notices[0].id != first.notices[0].id
    assert again.begun == (StandingMatter(matter=now[0], since=seen.at(hours=2)),)
