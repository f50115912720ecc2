"""Answers name the question that their sender has read: another question is never answered by them."""

import pytest

from rotation.running.attention import Attention
from rotation.running.message import Move
from rotation.running.moves import refusal
from rotation.running.question import ANSWERS, OTHER_QUESTION, asked, other_question


def asks(make, *options, **fields):
    """A question that offers those moves."""
    known = {"code": "gate-limit", "subject": "A8", "message": "go on without PC-1", "raised_at": make.t0}
    return Attention(**{**known, **fields}, options=options)


def test_token_is_of_what_is_asked_and_of_nothing_else(make):
    """The same question has the same token, whenever it is raised; another one of any part has another."""
    same = {asks(make, Move.APPROVE, raised_at=make.at(days=days)).question for days in (0, 9)}
    others = {
        asks(make, Move.APPROVE, **other).question
        for other in ({"code": "roll-back"}, {"subject": "A9"}, {"message": "go on without PC-2"}, {"about": "a hash"})
    }
    assert len(same) == 1
    assert len(same | others) == 5
    assert all(len(token) == 12 for token in same | others)
    assert asks(make).question == "", "what offers nothing asks nothing"


def test_token_covers_what_the_words_do_not_show(make):
    """Two plans that read alike are two questions; one plan stored under two ids is one."""
    one, again, other = (
        asks(make, Move.APPROVE, message=text, about=about).question
        for text, about in (("plan p1", "hash 1"), ("plan p2", "hash 1"), ("plan p1", "hash 2"))
    )
    assert one == again != other


def test_token_survives_storing(make):
    """A history hands it to the next one as it is."""
    question = asks(make, Move.APPROVE, about="x")
    assert Attention.model_validate_json(question.model_dump_json()) == question


@pytest.mark.parametrize("move", sorted(ANSWERS - {Move.STATE_GATE}))
@pytest.mark.parametrize("token", ["", "0" * 12])
def test_answer_to_another_question_is_refused_with_what_is_asked_now(make, move, token):
    """Nothing is answered by it, and the refusal has the words and the token of what is asked."""
    now = asks(make, move)
    state = make.state(attention=(now,))
    before = state.model_dump_json()
    found = refusal(make.message(move, question=token), state)
    assert found is not None
    assert found.code == OTHER_QUESTION
    assert f"question {now.question}, gate-limit of A8: go on without PC-1" in found.message
    assert "question" in found.remedy
    assert state.model_dump_json() == before
    assert refusal(make.message(move, question=now.question), state) is None


def test_answer_fits_the_move_that_its_question_offers(make):
    """The token of a question that offers no approval approves nothing."""
    drift, second = asks(make, Move.RETRY, code="drift"), asks(make, Move.APPROVE, code="second-person")
    state = make.state(attention=(drift, second))
    late = make.message(Move.APPROVE, question=drift.question)
    assert asked(late, state) is None
    assert other_question(late, state) is not None
    assert asked(make.message(Move.APPROVE, question=second.question), state) == second


@pytest.mark.parametrize("move", sorted(set(Move) - ANSWERS))
def test_other_moves_need_no_question(make, move):
    """A hold, a cancel or a wish to roll back says by itself what is meant."""
    found = refusal(make.message(move), make.state())
    assert found is None or found.code != OTHER_QUESTION


def test_content_is_all_that_is_asked_about_where_it_is_set(make):
    """The words may change; an answer of a history from before there was content names the words, and counts still."""
    one, again, other = (
        asks(make, Move.PROCEED, message=text, content=content)
        for text, content in (("11 lack A", "eleven"), ("11 lack B", "eleven"), ("11 lack A", "twelve"))
    )
    assert one.question == again.question != other.question
    worded = asks(make, Move.PROCEED, message="11 lack A").question
    assert [each.is_asked_by(worded) for each in (one, again, other)] == [True, False, True]
    assert not asks(make, content="eleven").is_asked_by(""), "what offers nothing asks nothing"


EARLIER = "whoever had the task refused it; retry opens it again"
TODAY = "the task was given back (the trail has the name and the reason); retry opens it again"


def test_words_that_were_rewritten_keep_their_token(make):
    """An answer of a history that began under earlier words names the token of those: it counts on replay."""
    subjects = "look for what was added during the rotation", "was anything born during the rotation?"
    today, earlier = (
        asks(make, Move.RETRY, subject=subject, message=text).question
        for subject, text in zip(subjects, (TODAY, EARLIER), strict=True)
    )
    assert today == earlier
    with_content = asks(make, Move.RETRY, subject=subjects[0], message=TODAY, content="gate")
    assert with_content.question != today
    assert with_content.is_asked_by(today)
    assert not asks(make, Move.RETRY, message="another question", content="gate").is_asked_by(today)


def test_a_question_that_was_handed_over_in_earlier_words_is_the_same(make):
    """A state of an earlier release is handed over with its words: the rotation asks the same, and not again."""
    kept = asks(make, Move.RETRY, message=EARLIER)
    assert kept.has_words(TODAY)
    assert kept.has_words(EARLIER)
    assert not kept.has_words("another question")
