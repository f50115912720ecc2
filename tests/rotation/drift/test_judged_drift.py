"""Drifts as they are reported: some of each kind, and one that stands for the others."""

from datetime import UTC, datetime
from itertools import count

from rotation.drift.judged_drift import JudgedDrift, summarized
from rotation.finding import MOST, blocking

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def many(number, code="list-drift", **fields):
    """So many drifts of one kind."""
    named = (f"Group {at:03d} / Default" for at in count())
    every = (JudgedDrift.of(blocking(code, next(named), "differs")).named for _ in range(number))
    return [each.model_copy(update=fields) for each in every]


def test_few_are_all_named():
    """As they were found."""
    every = many(MOST)
    assert summarized(every) == tuple(every)


def test_of_many_some_are_named_and_one_stands_for_the_others():
    """It has what they have in common: what they void, and who writes them back."""
    reported = summarized(many(MOST + 5, repair="08-A5", voids=("10-A8",)))
    assert len(reported) == MOST + 1
    rest = reported[-1]
    assert (rest.subject, rest.others, rest.repair, rest.voids) == ("5 more", 5, "08-A5", ("10-A8",))
    assert [each.others for each in reported[:-1]] == [0] * MOST


def test_those_of_another_kind_are_counted_for_themselves():
    """Another code, other gates, another write: a person decides about each kind."""
    kinds = [many(MOST + 2), many(MOST + 3, voids=("10-A8",)), many(MOST + 4, repair="08-A5"), many(2, code="gone")]
    reported = summarized(each for kind in kinds for each in kind)
    assert [each.others for each in reported if each.others] == [2, 3, 4]
    assert len({each.key for each in reported if each.others}) == 3


def test_who_was_named_is_named_until_it_is_over():
    """A new one that comes before it in the tree does not push it out, so that what is not named is over."""
    every = many(MOST + 1)
    last = every[-1]
    assert last not in summarized(every)
    assert last in summarized(every, {last.key})


def test_lists_and_versions_are_named_one_by_one():
    """A person confirms each of them."""
    lists = many(MOST + 5, edited_at=START)
    assert summarized(lists) == tuple(lists)
    versions = [each.model_copy(update={"version": f"14.{at}"}) for at, each in enumerate(many(MOST + 5))]
    assert summarized(versions) == tuple(versions)


def test_all_that_were_named_are_named_though_they_are_of_one_kind_by_now():
    """Two kinds with ten names each become one: no report says that half of the drifts are over."""
    every = many(3 * MOST)
    known = {each.key for each in every[: 2 * MOST]}
    reported = summarized(every, known)
    assert known <= {each.key for each in reported}
    assert reported[-1].others == MOST
