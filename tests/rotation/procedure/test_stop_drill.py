"""The drill with a stopped server as steps of a plan, and what is left stopped by it (rules 18 and 21)."""

from datetime import timedelta

import pytest

from rotation.drift.presented import SILENT, certificate_drift
from rotation.plan.outage import Away, away_at, left_by, left_by_tasks
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import Evidence, ReplaceCertificate, TaskState, evidence_for
from rotation.planning.dead_server import finish_without
from rotation.procedure.steps import turning_back
from rotation.values import ServerName

S1, S2, S3 = ServerName("s1"), ServerName("s2"), ServerName("s3")


def place(body, kind, server):
    """Where the step of that work at that server is."""
    return next(
        at
        for at, each in enumerate(body.steps)
        if isinstance(each, Console) and isinstance(each.work, kind) and each.work.server == server
    )


@pytest.fixture
def body(mixed):
    """Three servers, the last one kept, REST at the first; a group that fails over, and one that is relaxed."""
    return mixed(drill_stop=True, rest_at=("s1",)).body


@pytest.mark.parametrize("server", [S2, S3])
def test_it_stands_right_before_the_replacement(body, server):
    """Stopped, waited for, started; the holdout's too. At most a day passes before a person is asked."""
    stops = place(body, StopServer, server)
    gate, starts, replaces = body.steps[stops + 1 : stops + 4]
    assert (starts.work, replaces.work.server) == (StartServer(server=server), server)
    assert isinstance(replaces.work, ReplaceCertificate)
    assert (gate.purpose, gate.scope, gate.server) == (GatePurpose.ELSEWHERE, ScopeName.FAILOVER, server)
    assert gate.minimum < gate.patience == timedelta(days=1)
    assert {evidence_for(body.steps[at].work) for at in (stops, stops + 2)} == {Evidence.OBSERVED}


def test_no_replacement_rests_on_it(body):
    """What it has shown stays: no client has to come elsewhere while the server runs."""
    gates = {step.id for step in body.steps if isinstance(step, Gate) and step.purpose is GatePurpose.ELSEWHERE}
    assert len(gates) == 2
    assert not gates & {gate for step in body.steps if isinstance(step, Console) for gate in step.holds}


def test_a_cancel_starts_first_what_was_begun_to_be_stopped(body):
    """And no server of which that was not begun."""
    at = place(body, StopServer, S2)
    begun = [step.id for step in body.steps[: at + 1]]
    first = turning_back(body.steps, begun)[0]
    assert isinstance(first, Console)
    assert first.work == StartServer(server=S2)
    works = [step.work for step in turning_back(body.steps, begun) if isinstance(step, Console)]
    assert StartServer(server=S3) not in works
    before = [step.work for step in turning_back(body.steps, begun[:-1]) if isinstance(step, Console)]
    assert not any(isinstance(work, StartServer) for work in before)


def test_what_may_be_stopped_at_a_step(body):
    """From the step that stops it to the one that starts it, both included."""
    stops, starts = place(body, StopServer, S2), place(body, StartServer, S2)
    for at, step in enumerate(body.steps[: starts + 2]):
        assert away_at(body.steps, step.id).stopped == ((S2,) if stops <= at <= starts else ())
    assert left_by(body.steps[:stops]) == Away()
    assert left_by(body.steps[: starts + 1]).servers == {S2}
    assert left_by(body.steps[: starts + 2]) == Away()


def test_a_stopped_server_is_no_silent_one_and_is_needed_first_where_another_is(make, body):
    """Whatever ports answer. Where another one falls silent, the text says what to do first."""
    survey = make.survey(make.site("s1", "s2", "s3"), silent=("s2", "s3"))

    def silent(**known):
        found = certificate_drift(body, survey.served, swapped=(), **known)
        return {each.subject: each.remedy for each in found if each.code == SILENT}

    assert silent().keys() == {"s2", "s3"}
    remedies = silent(stopped=(S2,))
    assert remedies.keys() == {"s3"}
    assert remedies["s3"].startswith("start s2 first")
    assert silent()["s3"].startswith("start s3 with")


def test_nothing_is_stopped_while_a_server_is_down_for_good(mixed, body):
    """The rest without it is as if the drill had not been asked for."""

    def without(planned):
        at = next(step.id for step in planned.steps if step.number == "recheck")
        left = finish_without(planned, [S2], at=at)
        return [step.title for step in left.steps[left.steps.index(left.step(at)) :]]

    assert without(body) == without(mixed().body)


@pytest.mark.parametrize(
    ("tasks", "left"),
    [
        ([(StopServer, S2, TaskState.WITHDRAWN, "")], ()),
        ([(StopServer, S2, TaskState.WITHDRAWN, "ada")], (S2,)),
        ([(StopServer, S2, TaskState.DONE, ""), (StartServer, S2, TaskState.CLAIMED, "ada")], (S2,)),
        ([(StopServer, S2, TaskState.DONE, ""), (StartServer, S2, TaskState.DONE, "")], ()),
        ([(StopServer, S2, TaskState.DONE, ""), (StopServer, S3, TaskState.DONE, "")], (S2, S3)),
    ],
)
def test_what_tasks_have_left_stopped(console_task, tasks, left):
    """The operator who held the task may have stopped the server; it runs again only when that was seen."""
    made = [console_task(kind(server=server), state, held) for kind, server, state, held in tasks]
    assert left_by_tasks(made).stopped == left
