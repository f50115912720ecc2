"""What people read: site, step, what is asked, by when, and a link, in both languages."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import notifying
from notifying.titles import ASKED, ENDED, MOVES, OVER, TITLES
from notifying.wording import message_of
from rotation.notice.channel import MessageLanguage
from rotation.notice.notice import Figures, Notice, NoticeKind
from rotation.running.message import Move
from rotation.text.sentence import sentence
from rotation.values import RotationId, SiteId, TaskId

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
HERE = Path(notifying.__file__).parent
CZECH = HERE.parent / "texts" / "cs" / "notices.po"


def notice(kind, **changes):
    """A notice with all that any kind has."""
    usual = {
        "key": kind.value,
        "kind": kind,
        "at": T0,
        "site_id": SiteId("site-1"),
        "site_name": "Vienna",
        "step": "Wait",
    }
    usual |= {"subject": "sepm1", "rotation_id": RotationId("rot-1"), "by_when": T0}
    return Notice(
        **{**usual, "waits": sentence("The rotation is held. Nothing goes on until an operator resumes it."), **changes}
    )


def written(*notices, language=MessageLanguage.ENGLISH):
    """The message of some notices."""
    return message_of("m", notices, language, "https://rotator.test")


@pytest.mark.parametrize("language", MessageLanguage)
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_message_names_what_is_asked(kind, language):
    """Site, step, how it stands, what is asked, by when, and a link: in each kind and language."""
    lines = dict(line.split(": ", 1) for line in written(notice(kind), language=language).text.splitlines())
    english = ("Site", "Step", "About", "How it stands", "What is asked", "By when", "Link")
    czech = ("Pracoviště", "Krok", "Týká se", "Stav", "Co je třeba", "Do kdy", "Odkaz")
    assert tuple(lines) == (english if language is MessageLanguage.ENGLISH else czech)
    assert "%(" not in written(notice(kind), language=language).model_dump_json()


def test_no_text_is_untranslated():
    """All that the code says has a Czech text, with the same values in it, and three forms of each count."""
    known = read_po(BytesIO(CZECH.read_bytes()), locale="cs", abort_invalid=True)
    wanted = {text for texts in (TITLES, OVER, ENDED, ASKED, MOVES) for text in texts.values()}
    for file in HERE.glob("*.py"):
        found = extract("python", BytesIO(file.read_bytes()), keywords={"say": None, "counted": (1, 2)})
        wanted |= {text if isinstance(text, str) else text[0] for _, text, _, _ in found}
    assert len(wanted) > 35
    assert {text for text in wanted if text not in known or not known[text].string} == set()
    assert {each.id if isinstance(each.id, str) else each.id[0] for each in known if each.id} == wanted, (
        "one is left over"
    )
    assert [each.id for each in known if list(each.check())] == []


@pytest.mark.parametrize(
    ("count", "czech"),
    [(1, "zbývá nejvýše 1 den"), (2, "zbývají nejvýše 2 dny"), (7, "zbývá nejvýše 7 dní"), (90, "nejvýše 90 dní")],
)
def test_czech_counts_in_three_forms(count, czech):
    """One, a few, many; and English in two."""
    few = notice(NoticeKind.LATEST_START, days=count)
    assert czech in written(few, language=MessageLanguage.CZECH).title
    assert f"at most {count} day{'s' * (count > 1)} " in written(few).title


def test_links_lead_to_what_it_is_about():
    """The task before its rotation, the rotation before its site; a test has none of them."""
    task = notice(NoticeKind.TASK_OPENED, task_id=TaskId("task-1"))
    site = notice(NoticeKind.SITE_UNREADABLE, rotation_id=None)
    test = notice(NoticeKind.TEST, rotation_id=None, site_id=None, site_name="")
    links = [written(each).link for each in (task, notice(NoticeKind.ATTENTION), site, test)]
    assert links == [
        "https://rotator.test/tasks/task-1",
        "https://rotator.test/rotations/rot-1",
        "https://rotator.test/sites/site-1",
        "https://rotator.test/",
    ]


@pytest.mark.parametrize(
    ("outcome", "text"),
    [("completed", "is completed"), ("rolled-back", "rolled back"), ("cancelled", "cancelled"), ("", "from outside")],
)
def test_each_end_is_called_by_its_name(outcome, text):
    """Rolled back is not rotated."""
    assert text in written(notice(NoticeKind.ROTATION_ENDED, subject=outcome)).title


def test_an_attention_names_its_moves_and_an_end_what_is_over():
    """What a person may choose is what is asked; without a choice the cause is to be put right."""
    asks = notice(NoticeKind.ATTENTION, asks=(Move.RETRY, Move.CANCEL))
    assert "What is asked: an operator chooses one of: retry, cancel" in written(asks).text
    czech = written(asks, language=MessageLanguage.CZECH).text
    assert "operátor zvolí jedno z: Zkusit znovu (retry), Zrušit (cancel)" in czech
    assert "puts the cause right" in written(notice(NoticeKind.ATTENTION)).text
    over = notice(NoticeKind.OVER, of=NoticeKind.SITE_UNREADABLE)
    assert written(over).title == "Vienna: the service can read the site again"


def test_a_report_has_its_figures_and_names():
    """How many are covered, how many are waited for, and some of them."""
    figures = Figures(covered=7, total=9, waiting=2, names=("pc-1", "pc-2"))
    text = written(notice(NoticeKind.HOLDOUT_REPORT, figures=figures)).text
    assert "Clients: 7 of 9 are covered; 2 clients are waited for: pc-1, pc-2" in text


def test_a_digest_has_every_notice():
    """Its title counts them, each with its own title, text and link."""
    digest = written(notice(NoticeKind.ATTENTION), notice(NoticeKind.GATE_PASSED))
    assert digest.title == "2 messages of the rotator"
    assert [each.title for each in digest.notices] == [
        "Vienna: a person is needed: sepm1",
        "Vienna: a gate has passed: Wait",
    ]
    assert all(each.text in digest.text for each in digest.notices)
    assert b"rotator.digest" in digest.body()


@pytest.mark.parametrize(
    ("kind", "title"),
    [(NoticeKind.ATTENTION, "je potřeba zásah člověka"), (NoticeKind.APPROVAL_WANTED, "schválení druhou osobou")],
)
def test_a_czech_message_has_czech_details(kind, title):
    """Its step, its subject and the rotation's own text are in its language, too; names stay."""
    about = notice(kind, subject="Replace the certificate of SEPM-1", text="the location is gone; PC-1 is away")
    message = written(about, language=MessageLanguage.CZECH)
    assert "Vyměnit certifikát serveru SEPM-1" in message.title
    assert title in message.title
    lines = dict(line.split(": ", 1) for line in message.text.splitlines())
    assert lines["Týká se"] == "Vyměnit certifikát serveru SEPM-1"
    assert lines["Podrobnosti"] == "umístění už není; PC-1 is away"
    assert "Details: the location is gone; PC-1 is away" in written(about).text


def test_texts_of_others_are_bounded_and_only_say_something():
    """A name that steers a terminal or is endless stays one line."""
    text = written(notice(NoticeKind.ATTENTION, text="a\x1b[2J\nb" + "x" * 9000)).text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) < 2100
