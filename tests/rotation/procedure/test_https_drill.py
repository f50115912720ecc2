"""The drill with HTTPS shut as steps of a plan, and what is left shut by it (rule 18)."""

import pytest

from rotation.drift.drift import Drift
from rotation.drift.presented import SILENT, certificate_drift
from rotation.drift.restart import voided
from rotation.finding import blocking
from rotation.plan.outage import away_at, left_by, left_by_tasks
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName, SettingField
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.https_drill import HttpsPort, OpenHttps, ShutHttps
from rotation.plan.work.task import Evidence, TaskState, evidence_for
from rotation.planning.dead_server import finish_without
from rotation.procedure.steps import turning_back
from rotation.values import ServerName

S1, S2, S3 = ServerName("s1"), ServerName("s2"), ServerName("s3")
SERVERS = {S1, S2, S3}
PORTS = tuple(HttpsPort(server=name, port=443) for name in (S1, S2, S3))


def numbers(steps):
    """The numbers of steps, in order."""
    return [step.number for step in steps]


def place(body, kind):
    """Where the first console step of that kind of work is."""
    return next(at for at, each in enumerate(body.steps) if isinstance(each, Console) and isinstance(each.work, kind))


@pytest.fixture
def body(mixed):
    """Three servers, the last one kept; a group that fails over, and one that is relaxed."""
    return mixed(drill_https=True).body


def test_it_stands_between_the_policy_and_the_first_certificate_of_each_wave(body):
    """R is relaxed again in the second wave and shows its lists again; at a wave's second server it has shown them."""
    found = numbers(body.steps)
    first = found.index("drill")
    assert found[first - 1 : first + 5] == ["A8", "drill", "drill", "drill", "look", "B2"]
    assert found.count("drill") == 6
    gate = body.steps[first + 1]
    assert isinstance(gate, Gate)
    assert (gate.purpose, gate.scope) == (GatePurpose.LISTED, ScopeName.RELAXED)
    shuts, opens = body.steps[first], body.steps[first + 2]
    assert (shuts.work, opens.work) == (ShutHttps(ports=PORTS), OpenHttps(ports=PORTS))
    assert {evidence_for(shuts.work), evidence_for(opens.work)} == {Evidence.OBSERVED}


def test_no_replacement_rests_on_it(body):
    """What it has shown stays: a claim reads the policies again, and edits of lists block by themselves."""
    gates = {step.id for step in body.steps if isinstance(step, Gate) and step.purpose is GatePurpose.LISTED}
    held = {gate for step in body.steps if isinstance(step, Console) for gate in step.holds}
    assert len(gates) == 2
    assert held
    assert not gates & held


def test_a_person_looks_only_at_clients_that_fail_over(make, mixed, body):
    """An operator also looks before clients verify again, as ever; where no group fails over, only then."""
    looks = [s.work for s in body.steps if isinstance(s, Console) and isinstance(s.work, LookAtClients)]
    assert {(work.relaxed, work.failover) for work in looks if not work.verifying} == {(False, True)}
    site = make.site("s1")
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], request=make.request(site, drill_https=True))
    alone = [s.work for s in plan.body.steps if isinstance(s, Console) and isinstance(s.work, LookAtClients)]
    assert [work.verifying for work in alone] == [True]
    kept = mixed(drill_https=True, keep_relaxed=True).body
    later = [s.work for s in kept.steps if isinstance(s, Console) and isinstance(s.work, LookAtClients) and s.wave]
    assert [work.relaxed for work in later if not work.verifying] == [True]


def test_a_cancel_opens_what_was_begun_to_be_shut_before_it_writes(body):
    """First of all; nothing where it was not begun."""
    at = place(body, ShutHttps)
    begun = [step.id for step in body.steps[: at + 1]]
    assert numbers(turning_back(body.steps, begun))[0] == "drill"
    assert "drill" not in numbers(turning_back(body.steps, begun[:-1]))


def test_what_may_be_shut_at_a_step(body):
    """From the step that shuts it to the one that opens it, both included."""
    shuts, opens = place(body, ShutHttps), place(body, OpenHttps)
    for at, step in enumerate(body.steps[: opens + 2]):
        assert away_at(body.steps, step.id).shut == (SERVERS if shuts <= at <= opens else frozenset())
    assert left_by(body.steps[:shuts]).ports == ()
    assert left_by(body.steps[: shuts + 1]).ports == PORTS
    assert left_by(body.steps[: opens + 1]).ports == PORTS
    assert left_by(body.steps[: opens + 2]).ports == ()


def test_a_port_that_is_shut_is_no_silent_server(make, body):
    """Another certificate there is one that was not announced, as ever."""
    survey = make.survey(make.site("s1", "s2", "s3"), silent=("s1", "s2"))
    found = certificate_drift(body, survey.served, swapped=(), shut={S1})
    assert [(each.code, each.subject) for each in found] == [(SILENT, "s2")]
    other = survey.served[2].model_copy(update={"fingerprint": "another"})
    (third,) = certificate_drift(body, [other], swapped=(), shut=SERVERS)
    assert third.code == "third-certificate"


def test_nothing_is_shut_where_no_certificate_is_replaced_any_more(body):
    """The rest without a server that is down for good has no drill."""
    at = [step.id for step in body.steps if step.number == "recheck"][-1]
    left = finish_without(body, [S3], at=at)
    assert "drill" not in numbers(left.steps[left.steps.index(left.step(at)) :])


def test_a_drift_voids_it_while_it_is_open_only(body):
    """Behind it no client can come over HTTP alone any more; the gate for the policy is proven again."""
    owner = next(each for each in body.scopes if each in body.owners(ScopeName.RELAXED))
    finding = blocking("list-drift", owner.path, "it changed", "look")
    drift = Drift(finding=finding, owner=owner.group_id, field=SettingField.SERVER_LIST)
    gate = next(step for step in body.steps if isinstance(step, Gate) and step.purpose is GatePurpose.LISTED)
    behind = body.steps[body.steps.index(gate) + 1]
    assert gate.id in voided(drift, body, gate.id)
    assert gate.id not in voided(drift, body, behind.id)
    assert voided(drift, body, behind.id)


@pytest.mark.parametrize(
    ("tasks", "left"),
    [
        ([(ShutHttps, TaskState.WITHDRAWN, "")], False),
        ([(ShutHttps, TaskState.WITHDRAWN, "ada")], True),
        ([(ShutHttps, TaskState.DONE, "")], True),
        ([(ShutHttps, TaskState.DONE, ""), (OpenHttps, TaskState.CLAIMED, "ada")], True),
        ([(ShutHttps, TaskState.DONE, ""), (OpenHttps, TaskState.DONE, "")], False),
        ([(ShutHttps, TaskState.DONE, ""), (OpenHttps, TaskState.DONE, ""), (ShutHttps, TaskState.DONE, "")], True),
    ],
)
def test_what_tasks_have_left_shut(console_task, tasks, left):
    """The operator who held the task may have shut some; they are open again only when that was seen."""
    made = [console_task(kind(ports=PORTS), state, held) for kind, state, held in tasks]
    assert left_by_tasks(made).ports == (PORTS if left else ())
