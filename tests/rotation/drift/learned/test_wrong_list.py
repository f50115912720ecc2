"""Who may hold a server list that was wrong for a while: clients that fail over and reported last meanwhile."""

from datetime import timedelta

import pytest

from rotation.drift.learned.wrong_list import WrongIn, in_few, may_hold_wrong
from rotation.plan.plan import LeftOut
from rotation.values import ClientId

HOUR = timedelta(hours=1)
OWN = "Default List"


@pytest.fixture
def found(make):
    """The groups and clients that stand against a replacement, by the hours at which they reported last.

    The list was wrong from 10 to 12. The client h1 is in a group that is relaxed, and that uses the same list.
    """

    def names(*, subject=OWN, since=10, skew=timedelta(0), publishing=timedelta(0), gone=(), by_plan=(), **hours):
        clients = [
            make.client(name, "A" if name == "h1" else "G", seen=hour * 60, images=name == "image")
            for name, hour in hours.items()
        ]
        site, groups = make.site("s1", "s2", publish_delay=publishing), (make.group("A"), make.group("G"))
        old = make.client("d1", "A", build="14.2.1.0")
        body = make.plan(site, *groups, clients=[make.client("c1"), old]).body
        left = tuple(LeftOut(id=ClientId(each), name=each, group="G", reason="away") for each in by_plan)
        survey = make.survey(site, *groups, skew=skew)
        span = WrongIn(since=make.at(hours=since) if since is not None else None, until=make.at(hours=12))
        wrong = may_hold_wrong(
            body.model_copy(update={"left_out": left}),
            survey,
            clients,
            {subject: span},
            planned_at=make.at(hours=-1),
            left_out=[ClientId(each) for each in gone],
        )
        return [(each.code, each.subject, each.message.rpartition(": ")[2]) for each in wrong]

    return names


def test_rule_18_who_reported_last_while_its_list_was_wrong_is_named(found):
    """Such a client may hold it. One that reported before has the right one, and one that did since has it again."""
    assert found(before=9, early=10, late=12, since13=13) == [("wrong-list-known", "G", "EARLY, LATE")]


def test_rule_18_clients_that_are_relaxed_are_waited_for_by_their_gates(found):
    """Only a group that fails over is named."""
    assert found(h1=11) == []


def test_rule_18_a_machine_that_starts_from_an_image_has_the_list_of_that(found):
    """Its image is refreshed before the next server goes."""
    assert found(image=11) == []


def test_rule_18_a_list_that_was_never_right_by_a_look_counts_from_the_survey_of_the_plan(found):
    """No look came in between: an administrator may have edited it right behind that survey."""
    assert found(since=None, before=-2, early=0, after=13) == [("wrong-list-known", "G", "EARLY")]


@pytest.mark.parametrize(
    ("subject", "named"),
    [(OWN, True), ("G / Default", True), ("2 more", True), ("A / Default", False)],
)
def test_rule_18_only_the_groups_that_use_the_list_are_named(found, subject, named):
    """A place of another group concerns that one; what stands for several may be of any group."""
    assert bool(found(subject=subject, c2=11)) is named


def test_rule_18_what_the_clocks_and_the_servers_need_counts_on_both_sides(found):
    """How far the clocks may differ, and how long a server goes on publishing what it had."""
    assert found(skew=HOUR, publishing=2 * HOUR, before=8.9, early=9, late=15, later=15.1) == [
        ("wrong-list-known", "G", "EARLY, LATE")
    ]


def test_rule_18_who_is_left_out_by_name_is_not_waited_for(found):
    """Two persons have left the client out, in the plan or at a gate."""
    assert found(c2=11, c3=11, gone=("c2",), by_plan=("c3",)) == []


def test_many_lists_are_kept_as_one_span_that_counts_for_every_owner(found, make):
    """From the first time on, or from the plan's survey where one was wrong already, to the last time."""
    spans = {f"list {at}": WrongIn(since=make.at(hours=at), until=make.at(hours=at + 1)) for at in range(1, 22)}
    few = dict(list(spans.items())[:20])
    assert in_few(few) == few
    ((name, span),) = in_few(spans).items()
    assert (span.since, span.until) == (make.at(hours=1), make.at(hours=22))
    (early,) = in_few(spans | {"list 3": WrongIn(since=None, until=make.at(hours=4))}).values()
    assert early.since is None
    assert found(subject=name, c2=11) == [("wrong-list-known", "G", "C2")]
