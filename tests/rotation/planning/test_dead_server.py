"""The rest of a plan without a server that is down for good: nothing of it is replaced, and nothing is left relaxed."""

from datetime import timedelta

import pytest

from rotation.plan.plan import left_in
from rotation.plan.step import Console, Gate
from rotation.planning.dead_server import finish_without, go_back_without
from rotation.procedure.rollback import Former, Reached, roll_back
from rotation.values import ServerName

S2, S3 = ServerName("s2"), ServerName("s3")
ENDING = ["replication", "A2-undo", "hand-outs", "closing"]


@pytest.fixture
def body(make):
    """Three servers, the last one kept; G fails over, H holds a 14.2 client and is relaxed; replication is paused."""

    def build(**wishes):
        clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
        site = make.site("s1", "s2", "s3")
        groups = [make.group("G"), make.group("H", heartbeat=timedelta(minutes=5))]
        request = make.request(site, **wishes)
        return make.plan(site, *groups, clients=clients, request=request, replication_partners=("Linz",)).body

    return build


def recheck(body, number):
    """The id of the recheck of that number."""
    return [step.id for step in body.steps if step.number == "recheck"][number]


def ahead(body, at):
    """The numbers of the steps after `at`."""
    return [step.number for step in body.steps[body.steps.index(body.step(at)) + 1 :]]


def test_without_the_last_server_only_the_end_is_left(body):
    """R is as recorded, no group is relaxed again, and the holdout is over."""
    approved = body()
    at = recheck(approved, 1)
    left = finish_without(approved, [S3], at=at)
    assert ahead(left, at) == ENDING
    assert (
        left.steps[: left.steps.index(left.step(at)) + 1] == approved.steps[: approved.steps.index(left.step(at)) + 1]
    )
    assert {chosen.server for chosen in left.certificates} == {"s1", "s2"}
    assert (left.waves, left.holdouts) == ((("s1", "s2"),), ())


def test_what_is_relaxed_is_restored_all_the_same(body):
    """Kept relaxed through the holdout: behind it everything is put back as recorded, gated.

    The gate of the server before has let pass who is away, since another replacement was to follow: it is asked again.
    """
    approved = body(keep_relaxed=True)
    at = recheck(approved, 1)
    left = finish_without(approved, [S3], at=at)
    assert ahead(left, at) == ["B3", "look", "A10c", "A10c", "A10d", "A10d", *ENDING]
    steps = left.steps[left.steps.index(left.step(at)) :]
    gate = next(step for step in steps if isinstance(step, Gate) and step.number == "B3")
    assert (gate.server, gate.id in {step.id for step in approved.steps}) == ("s2", True)


def test_other_servers_go_on_as_approved(body):
    """Without s2 the last wave comes as it was planned, with its holdout and what is relaxed around it."""
    approved = body()
    at = recheck(approved, 0)
    without = ahead(finish_without(approved, [S2], at=at), at)
    assert without == ["B3", *ahead(approved, at)[4:]]
    assert without.count("B2") == 1


def test_no_replacement_is_held_by_a_gate_that_has_gone(make):
    """No group is relaxed, so the gate of s2 goes with its replacement. The gates that are left hold s3."""
    site = make.site("s1", "s2", "s3")
    approved = make.plan(site, make.group("G"), clients=[make.client("c1")]).body
    left = finish_without(approved, [S2], at=recheck(approved, 0))
    there = {step.id for step in left.steps}
    held = {step.id: step.holds for step in left.steps if isinstance(step, Console) and step.holds}
    assert any(set(approved.step(step).holds) - there for step in held)
    assert {gate for holds in held.values() for gate in holds} <= there


@pytest.fixture
def way_back(make):
    """The way back of relaxed servers that were replaced, the last of which answers nowhere."""
    site = make.site("s1", "s2", "s3")
    body = make.plan(site, make.group("G"), clients=[make.client("c1", build="14.2.1.0")]).body
    begun = max(at for at, step in enumerate(body.steps, start=1) if step.number == "A9")
    proven = frozenset(step.id for step in body.steps[:begun] if step.number == "A8")

    def build(*servers):
        formers = tuple(Former(server=ServerName(name), has_file=True) for name in servers)
        silent = frozenset({ServerName(servers[-1])})
        return roll_back(site, body, Reached(begun=begun, proven=proven, formers=formers, silent=silent))

    return build


@pytest.fixture
def back(way_back):
    """Of three servers: s2, then s1, and s3 at the end."""
    return way_back("s1", "s2", "s3")


def turn(body, server):
    """The id of the step at which a server gets its old certificate back."""
    return next(
        step.id for step in body.way_back if isinstance(step, Console) and step.title.endswith(f"{server} back")
    )


def test_the_gate_of_a_server_that_is_left_out_on_the_way_back_asks_of_the_one_before(back):
    """It had none of its own, as the next one followed at once; clients verify next."""
    at = turn(back, "s3")
    left = go_back_without(back, S3, at=at)
    (gate,) = (
        step for step in left.swap_gates if step.id not in {each.id for each in back.steps if each.number == "A9"}
    )
    assert (gate.server, gate.title) == ("s1", "Wait until clients know the old certificate of s1")
    assert left.steps.index(gate) > left.steps.index(left.step(at))
    assert {chosen.server for chosen in left.certificates} == {"s1", "s2"}
    assert not [step for step in left.steps[left.steps.index(gate) :] if "s3" in step.title]


def test_both_certificates_of_a_server_that_is_left_out_stay_known(back):
    """It may come back with the new one, and a person puts the old one in; any other one is a third."""
    left = go_back_without(back, S3, at=turn(back, "s3"))
    chosen = back.certificate_for(S3)
    assert set(left_in(left)[S3]) == {chosen.fingerprint, chosen.replaces}
    assert left_in(back) == {}


def test_without_the_only_server_of_the_way_back_no_gate_is_left(way_back):
    """Nothing got its old certificate back, so nothing is waited for."""
    back = way_back("s3")
    left = go_back_without(back, S3, at=turn(back, "s3"))
    assert left.certificates == ()
    assert not [step for step in left.way_back if isinstance(step, Gate) and step.server is not None]
