"""Rule 12b: which gates lose their ground when something changes that their proof rests on."""

import pytest

from rotation.drift.drift import Drift
from rotation.drift.restart import voided
from rotation.finding import blocking
from rotation.plan.step import Gate, GatePurpose, SettingField


@pytest.fixture
def body(make):
    """A plan in which G fails over, and H and K are relaxed around each of two waves, H as their canary."""
    groups = [make.group(path) for path in "GHK"]
    clients = [make.client("c1"), *(make.client(f"d{path}", path, build="14.2.1.0") for path in "HK")]
    return make.plan(make.site("s1", "s2", "s3"), *groups, clients=clients).body


@pytest.fixture
def lost(make, body):
    """The gates that a change takes the ground from at a step: number, wave, and whether canaries are asked."""

    def found(code, at, *, subject="", path=None, field=None):
        owner = make.id_of(path) if path else None
        drift = Drift(finding=blocking(code, subject, "it changed", "look"), owner=owner, field=field)
        gates = [body.step(each) for each in voided(drift, body, at)]
        assert all(isinstance(gate, Gate) for gate in gates)
        return [(gate.number, gate.wave, gate.over_canaries) for gate in gates]

    return found


def relaxed_gates(body, wave):
    """What the gates of A8 in that wave are."""
    gates = [step for step in body.steps if isinstance(step, Gate) and step.purpose is GatePurpose.RELAXED]
    return [(gate.number, gate.wave, gate.over_canaries) for gate in gates if gate.wave == wave]


@pytest.mark.parametrize("field", [SettingField.SERVER_LIST, SettingField.SECURE_COMMUNICATIONS])
def test_rule_12_a_setting_that_the_plan_wrote_voids_the_gates_that_prove_it(make, body, lost, field):
    """At the first replacement: A8 of that wave, over the canaries and over all; not the gate of a swap."""
    at = make.swap_of(body)
    code = "list-drift" if field is SettingField.SERVER_LIST else "secure-communications-drift"
    first = relaxed_gates(body, 0)
    assert len(first) == 2
    assert lost(code, at, path="H", field=field) == first
    after = make.step_of(body, "B3")
    assert lost(code, after, path="H", field=field) == first, "the swap itself is proven by other things"


def test_rule_12_only_gates_that_were_reached_are_voided(make, body, lost):
    """While the first A8 waits there is no other to lose its ground, and before the write there is none."""
    field = SettingField.SECURE_COMMUNICATIONS
    assert lost("secure-communications-drift", make.step_of(body, "A8"), path="H", field=field) == [("A8", 0, True)]
    assert lost("secure-communications-drift", make.step_of(body, "A7"), path="H", field=field) == []
    assert lost("secure-communications-drift", make.step_of(body, "preflight"), path="H", field=field) == []


def test_rule_12_the_gates_of_the_last_write_count(make, body, lost):
    """In the second wave the settings were written again: what the first wave proved is over."""
    at = make.step_of(body, "B2", 1)
    assert lost("list-drift", at, path="H", field=SettingField.SERVER_LIST) == relaxed_gates(body, 1)


def test_rule_12_a_group_that_is_no_canary_is_in_the_gate_over_all_only(make, body, lost):
    """What the canaries proved does not rest on K's settings."""
    at = make.swap_of(body)
    assert lost("list-drift", at, path="K", field=SettingField.SERVER_LIST) == [("A8", 0, False)]


def test_rule_12_what_the_plan_never_wrote_voids_nothing(make, body, lost):
    """A group that fails over, one of no scope, and a change that is none of a setting: no gate proves them."""
    at = make.swap_of(body)
    assert lost("list-drift", at, path="G", field=SettingField.SERVER_LIST) == []
    assert lost("group-new", at, path="N", field=SettingField.SERVER_LIST) == []
    assert lost("heartbeat-drift", at, path="H") == []


@pytest.mark.parametrize("code", ["certificate-restored", "third-certificate"])
def test_rule_12_a_certificate_voids_the_gate_after_it_was_put_in(make, body, lost, code):
    """The gate of that server, once it is reached. Of another server the last one, where clients are relaxed."""
    server = next(gate.server for gate in body.swap_gates)
    at = make.step_of(body, "B3")
    assert lost(code, at, subject=server) == [("B3", 0, False)]
    assert lost(code, make.swap_of(body, server), subject=server) == []
    assert lost(code, at, subject="s3") == [("B3", 0, False)], "relaxed clients take any certificate"
    assert lost("certificate-early", at, subject="s3") == [("B3", 0, False)]


def test_rule_12_a_certificate_voids_the_gate_of_its_own_server_only(make):
    """Two servers were replaced; of one whose turn has not come the gate of the last one is voided, and no other."""
    site = make.site("s1", "s2", "s3")
    groups, clients = (make.group("G"), make.group("H")), [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    body = make.plan(site, *groups, clients=clients, request=make.request(site, holdout=("s3",))).body
    first, second, _ = [gate.id for gate in body.swap_gates]

    def lost(server):
        return voided(Drift(finding=blocking("third-certificate", server, "it changed", "look")), body, second)

    assert [lost(server) for server in ("s1", "s2", "s3")] == [(first,), (second,), (second,)]


def test_rule_12_a_certificate_of_another_server_voids_nothing_where_all_clients_verify(make):
    """They take none that their list does not name."""
    body = make.plan(make.site("s1", "s2", "s3"), make.group("G"), clients=[make.client("c1")]).body
    drift = Drift(finding=blocking("third-certificate", "s3", "it changed", "look"))
    assert voided(drift, body, make.step_of(body, "B3")) == ()
