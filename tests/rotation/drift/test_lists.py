"""An edited list is not known any more: what rests on it waits until a person has looked at it."""

from datetime import timedelta

import pytest

from rotation.drift.drift import Drift
from rotation.drift.lists import (
    EDITED_MEANWHILE,
    LIST_EDITED,
    LIST_TAKEN_UP,
    edited_lists,
    edited_meanwhile,
    named_over_https,
    shown_by_tasks,
)
from rotation.drift.reaction import Circumstances, Reaction, react
from rotation.plan.request import Unproven
from rotation.plan.work.task import ConsoleTask, CopyList, DeleteList, Evidence, ReorderList, TaskState
from rotation.values import ListName, RotationId, TaskId

ORIGINAL = ListName("Default List")
COPY = ListName("Default List (HTTP for certificate rotation)")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def site(make):
    """One server and its list."""
    return make.site("s1")


@pytest.fixture
def body(make, site):
    """The plan that relaxes its only group."""
    return make.plan(site, make.group("G"), clients=[make.client("c1")]).body


@pytest.fixture
def found(make, site, body):
    """What is found when lists were edited at these minutes, and were known until then."""

    def find(edited, shown, number="A9"):
        survey = make.survey(site).model_copy(
            update={"lists_edited": {name: make.at(minutes=at) for name, at in edited.items()}}
        )
        at = next(step.id for step in body.steps if step.number == number)
        known = {name: make.at(minutes=until) for name, until in shown.items()}
        return edited_lists(site, body, survey, known, at=at)

    return find


def test_an_edited_list_blocks_and_says_what_it_must_be(found, make):
    """The copy must be HTTP, the original HTTPS: the remedy names its servers and ports."""
    copy, original = found({COPY: 5, ORIGINAL: 6}, {COPY: 4, ORIGINAL: 4})[::-1]
    assert (copy.finding.code, copy.finding.subject, copy.edited_at) == (LIST_EDITED, COPY, make.at(minutes=5))
    assert "HTTP, with s1=8014" in copy.finding.remedy
    assert "HTTPS, with s1=443" in original.finding.remedy


@pytest.mark.parametrize(
    ("edited", "shown"),
    [
        ({COPY: 4}, {COPY: 4}),  # not since
        ({COPY: 5}, {}),  # no person has shown yet what is in it
        ({}, {COPY: 4}),  # SEPM does not show it
        ({ListName("Other"): 5}, {ListName("Other"): 4}),  # no group of the plan uses it
    ],
    ids=["not since", "not made yet", "not shown", "not used"],
)
def test_what_was_not_edited_since_is_known(found, edited, shown):
    """Only lists that the plan rests on count, and only edits after a person has shown the list."""
    assert found(edited, shown) == ()


@pytest.mark.parametrize(
    ("number", "matters"),
    [("A10b", True), ("A10c", True), ("A10d", True), ("A2-undo", False), ("closing", False)],
)
def test_it_matters_until_the_last_list_is_assigned(found, number, matters):
    """Behind the last certificate and the last assignment nothing of ours rests on it."""
    assert bool(found({ORIGINAL: 5}, {ORIGINAL: 4}, number)) is matters


@pytest.fixture
def drilled(make):
    """A plan of clients that fail over: a drill reorders their list, and no step assigns one."""
    site = make.site("s1", "s2", "s3")
    request = make.request(site, unproven_failover=Unproven.DRILL)
    clients, seen_at = [make.client("c1")], {"c1": frozenset({"s1"})}
    return site, make.plan(site, make.group("G"), clients=clients, seen_at=seen_at, request=request).body


@pytest.mark.parametrize(
    ("number", "wave", "matters"),
    [("preflight", 0, True), ("B1", 0, False), ("B3", 0, True), ("B2", 1, True), ("B3", 1, False)],
)
def test_clients_that_fail_over_rest_on_their_list_until_the_last_certificate(make, drilled, number, wave, matters):
    """They find the next server by it; the step of a drill that reorders it asks for the edit itself."""
    site, body = drilled
    survey = make.survey(site, lists_edited={ORIGINAL: make.at(minutes=5)})
    found = edited_lists(site, body, survey, {ORIGINAL: make.t0}, at=make.step_of(body, number, wave))
    assert [each.finding.subject for each in found] == ([ORIGINAL] if matters else [])


def test_the_list_that_a_task_asks_for_is_not_asked_about_while_it_is_open(found):
    """An operator makes the copy just then; that the original was edited meanwhile is found all the same."""
    known = {COPY: 4, ORIGINAL: 4}
    assert [each.finding.subject for each in found({COPY: 5, ORIGINAL: 5}, known, "A1-A4")] == [ORIGINAL]
    assert [each.finding.subject for each in found({COPY: 5, ORIGINAL: 5}, known, "A5")] == [ORIGINAL, COPY]


def test_a_list_that_was_put_right_is_waited_for_until_clients_have_it(make, site, body):
    """Three heartbeats and the time to publish: who took it as it was wrongly takes it as it is right."""
    at = next(step.id for step in body.steps if step.number == "A9")
    known = {COPY: make.at(minutes=5)}

    def taken_up(clock, skew=0):
        survey = make.survey(
            site, lists_edited={COPY: make.at(minutes=5)}, sepm_clock=make.at(minutes=clock), skew=skew * MINUTE
        )
        found = edited_lists(site, body, survey, known, at=at, confirmed_lists=[COPY])
        assert all((each.finding.code, each.finding.subject) == (LIST_TAKEN_UP, COPY) for each in found)
        assert all((each.edited_at, each.finding.remedy) == (None, "wait; this ends by itself") for each in found)
        return [each.finding.message for each in found]

    text = "the list was corrected at 2026-03-01 08:05:00 UTC; clients receive it until 2026-03-01"
    assert taken_up(6) == taken_up(5 + 16) == [f"{text} 08:22:00 UTC"]
    assert taken_up(5 + 17) == []
    assert taken_up(5 + 19, skew=3) == [f"{text} 08:25:00 UTC"], "another server's clock may be behind"
    assert taken_up(5 + 20, skew=3) == []


@pytest.mark.parametrize("number", ["A8", "A9", "A10b"])
def test_an_edited_list_is_always_asked_about(found, body, number):
    """A plan that is made again rests on the lists as they were registered, too."""
    (drift,) = found({COPY: 5}, {COPY: 4}, number)
    assert isinstance(drift, Drift)
    at = next(step.id for step in body.steps if step.number == number)
    assert react(drift, Circumstances(body=body, at=at)).reaction is Reaction.ASK


@pytest.fixture
def task(make, site):
    """A task that was closed that many minutes after the start, on the service's clock; an open one is not."""

    def build(work, state=TaskState.DONE, closed=0):
        return ConsoleTask(
            id=TaskId("t"),
            rotation_id=RotationId("r"),
            site_id=site.id,
            site_name=site.name,
            step="03-A1-A4",
            number="A1-A4",
            state=state,
            evidence=Evidence.ATTESTED,
            work=work,
            title="",
            instructions=(),
            opened_at=make.t0,
            closed_at=None if state is TaskState.OPEN else make.at(minutes=closed),
        )

    return build


COPYING = CopyList(source_list=ORIGINAL, copy_list=COPY, servers=())


@pytest.mark.parametrize("ahead", [10, -10])
def test_a_task_that_makes_a_list_shows_it(make, task, ahead):
    """The moment is on SEPM's clock, ten minutes ahead or behind; tasks are closed on the service's clock."""
    tasks = [
        task(COPYING),
        task(ReorderList(list=ORIGINAL, order=())),
        task(ReorderList(list=ListName("Open"), order=()), TaskState.OPEN),
        task(DeleteList(list=ListName("Gone"))),
    ]
    shown = shown_by_tasks(tasks, ahead=ahead * MINUTE)
    assert shown == dict.fromkeys((COPY, ORIGINAL), make.at(minutes=ahead, seconds=1))


def test_the_last_task_about_a_list_shows_it_in_whatever_order_tasks_are_read(make, task):
    """An operator may complete a task once more: what was looked at later is known for longer."""
    tasks = [task(COPYING, closed=7), task(COPYING, closed=3)]
    for each in (tasks, tasks[::-1]):
        assert shown_by_tasks(each, ahead=0 * MINUTE) == {COPY: make.at(minutes=7, seconds=1)}


def test_a_list_that_is_assigned_again_is_asked_about_by_a_code_of_its_own(make, site):
    """A cancel and a restore ask about those that were edited since their content was known, and no others."""
    known = {name: make.at(minutes=4) for name in (ORIGINAL, COPY)}
    (only,) = edited_meanwhile(site, [COPY, ORIGINAL], {ORIGINAL: make.at(minutes=5), COPY: make.at(minutes=4)}, known)
    assert (only.finding.code, only.finding.subject, only.edited_at) == (EDITED_MEANWHILE, ORIGINAL, make.at(minutes=5))
    assert "HTTPS, with s1=443" in only.finding.remedy


def test_the_servers_that_lists_name_over_https(make):
    """An HTTP list names none; a list that was not registered may name any."""
    one, two = ListName("One"), ListName("Two")
    lists = [make.server_list(one, "s1"), make.server_list(two, "s2", http=True)]
    site = make.site("s1", "s2", "s3", lists=lists)
    assert named_over_https(site, [two]) == frozenset()
    assert named_over_https(site, [two, one]) == {"s1"}
    assert named_over_https(site, [one, ListName("Theirs")]) == {"s1", "s2", "s3"}
