"""Rotations that were played, as a Czech reader sees them: no English sentence in events, tasks, plan or messages."""

from collections.abc import Iterator

import pytest

from api.languages.shown_texts import in_language
from notifying.wording import message_of
from rotation.notice.channel import MessageLanguage
from rotation.notice.notice import Notice, NoticeKind
from simulation.played.run import play
from tests.proof.drawn.drawing import draw
from tests.texts.english_words import english_in
from texts.catalogue import translator
from texts.language import Language

CZECH = translator(Language.CZECH)
OF_OTHERS = ("HTTP for certificate rotation", "of their own accord")
"""What stands in the names of lists, which SEPM has; and the reason that the people of a simulation give."""
SEEDS = (1, 15)
"""Of drawn sites: one where people are asked about canaries that are away, and one with groups that are added."""


def documents(facts) -> Iterator[dict[str, object]]:
    """What the API answers of a rotation, as far as people read it."""
    yield {"events": [{"kind": each.kind, "message": each.message} for each in facts.trail]}
    for task in facts.tasks:
        shown = task.model_dump(mode="json", include={"id", "rotation_id", "evidence", "instructions", "title", "note"})
        yield shown | {"subject": task.work.model_dump(mode="json")}
    yield {"findings": [each.model_dump(mode="json", include={"message", "remedy"}) for each in facts.plan.findings]}
    titles = [each.title for each in facts.plan.body.steps]
    yield {"steps": [{"title": each} for each in titles]}
    for event in facts.trail:
        if event.kind == "attention":
            subject = next((each for each in titles if event.message.startswith(f"{each}: ")), "")
            text = event.message.removeprefix(f"{subject}: ")
            notice = Notice(key="k", kind=NoticeKind.ATTENTION, at=event.at, step=subject, subject=subject, text=text)
            yield {"mail": message_of("m", [notice], MessageLanguage.CZECH, "https://rotator.test").text}


def texts(document) -> Iterator[str]:
    """Those that people read; what is to be typed is a command."""
    match document:
        case str():
            yield document
        case list():
            for each in document:
                yield from texts(each)
        case dict():
            for name, value in document.items():
                if name not in {"id", "rotation_id", "subject", "evidence", "kind"}:
                    yield from texts(value)


def english(facts) -> list[str]:
    """Each English sentence that a Czech reader gets."""
    every = (text for each in documents(facts) for text in texts(in_language(each, CZECH)))
    found = (part for text in every for part in english_in(text) if not part.startswith("rotator "))
    return [part for part in found if part.strip(".") not in OF_OTHERS]


def test_a_rotation_of_three_servers_is_czech(played):
    """Its 136 events, twelve tasks and the plan."""
    assert english(played) == []
    assert len(played.trail) > 100


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_drawn_rotation_is_czech(seed):
    """Sites with odd groups and people who are away."""
    facts = await play(draw(seed))
    assert english(facts) == []
    assert len(facts.trail) > 50


def test_what_is_english_is_found(played):
    """An event that no template fits is named."""
    other = played.trail[0].model_copy(update={"message": "The rotation does what was not asked of it."})
    assert english(type(played)(**{**played.__dict__, "trail": (other,)})) == [other.message]
