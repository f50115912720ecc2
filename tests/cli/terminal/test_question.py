"""Questions are read before they are answered: what is confirmed is what was shown."""

from contextlib import nullcontext
from typing import Any

import pytest
import typer

from cli.language.wording import use
from cli.terminal.confirmation import confirm
from cli.terminal.fault import UnreadableError
from cli.terminal.question import read_question
from texts.language import Language

ASKED = {"code": "plan-differs", "subject": "recheck", "message": "leaves out PC-1", "options": ["approve", "retry"]}


def rotator(*attention) -> Any:
    """The API of a rotation that asks something."""
    return Rotator(*attention)


class Rotator:
    """Answers with a rotation that asks something."""

    def __init__(self, *attention):
        self.shown: dict[str, Any] = {"live": {"attention": list(attention)}}
        self.asked: list[str] = []

    def get(self, path, *, live):
        """The rotation."""
        assert live
        self.asked.append(path)
        return self.shown


class Person:
    """Who is asked to confirm."""

    def __init__(self):
        self.asked: list[str] = []
        self.answers = ["y"]

    def prompt(self, text, *, default, show_default, err):
        """Confirm, or not."""
        assert (default, show_default) == ("", False)
        assert err, "standard output is for the answer"
        self.asked.append(text)
        return self.answers.pop(0)


@pytest.fixture
def person(monkeypatch):
    """A person at the terminal."""
    made = Person()
    monkeypatch.setattr(typer, "prompt", made.prompt)
    return made


def test_question_is_shown_and_confirmed(person, capsys):
    """The token that is sent is that of the text that the person has read."""
    api = rotator(ASKED | {"question": "0a1b2c"}, ASKED | {"question": "ffff", "options": ["retry"]})
    assert read_question(api, "rot-1", "approve", "") == "0a1b2c"
    assert person.asked == ["Answer it with approve? [y/N]"]
    shown = capsys.readouterr()
    assert "question 0a1b2c, plan-differs of recheck: leaves out PC-1" in shown.err.replace("\n", " ")
    assert shown.out == ""


def test_nothing_is_sent_without_the_persons_yes(person):
    """A command without a terminal answers nothing by chance."""
    person.answers = [""]
    with pytest.raises(typer.Abort):
        read_question(rotator(ASKED | {"question": "0a1b2c"}), "rot-1", "approve", "")


@pytest.mark.parametrize(
    ("answers", "is_confirmed"), [(["a"], True), (["Y"], True), (["?", "ano"], True), (["ne"], False)]
)
def test_the_question_is_asked_in_czech(person, answers, is_confirmed):
    """Czech letters and words count, and those of English; what is neither is asked again."""
    use(Language.CZECH)
    try:
        person.answers = list(answers)
        with nullcontext() if is_confirmed else pytest.raises(typer.Abort):
            confirm("Odpovědět?")
    finally:
        use(Language.ENGLISH)
    assert person.asked == ["Odpovědět? [a/N]"] * len(answers)


def test_token_that_is_given_is_sent_as_it_is(person):
    """The rotation judges it; nothing is read, and nothing asked back."""
    api = rotator()
    assert read_question(api, "rot-1", "approve", "0a1b2c") == "0a1b2c"
    assert api.asked == person.asked == []


def test_several_questions_need_a_token(person):
    """None of them is guessed."""
    with pytest.raises(UnreadableError, match="--question"):
        read_question(rotator(*(ASKED | {"question": each} for each in "ab")), "rot-1", "approve", "")
    assert person.asked == []


@pytest.mark.parametrize("live", [None, {"attention": []}])
def test_where_nothing_is_asked_the_rotation_says_why(person, live):
    """The request goes out without a token, and comes back with the reason."""
    api = rotator()
    api.shown = {"live": live}
    assert read_question(api, "rot-1", "approve", "") == ""
    assert person.asked == []
