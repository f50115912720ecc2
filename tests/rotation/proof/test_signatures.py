"""What canaries show of the servers that sign for them: at which servers they took what was signed again (rule 13)."""

import pytest

from rotation.plan.step import Gate, GatePurpose, ScopeName
from rotation.proof.signatures import shown_by, to_show, verifying_gate, witnesses

STAYS_BEHIND = "14.2.3335.1000"
DAY = 24 * 60


@pytest.fixture
def site(make):
    """Three servers, of which one stands in a list that no canary has."""
    return make.site("s1", "s2", "s3", lists=[make.server_list("L", "s1", "s2"), make.server_list("M", "s3")])


@pytest.fixture
def planned(make, site):
    """The plan of a small group that goes first, at those locations, and of a larger one that follows."""

    def make_plan(*locations):
        rest = (make.location(server_list="L"), make.location("Away", server_list="M"))
        clients = [make.client(f"{group}{number}", group, build=STAYS_BEHIND) for group, number in ("H1", "G1", "G2")]
        first = make.group("H", *(locations or (make.location(server_list="L"),)))
        plan = make.plan(site, first, make.group("G", *rest), clients=clients)
        assert plan.body.canaries == (make.id_of("H"),)
        return plan.body

    return make_plan


def gates(body):
    """The gates of a plan, but those after a swap."""
    return [step for step in body.steps if isinstance(step, Gate) and step.purpose is not GatePurpose.SWAPPED]


def test_rule_13_the_gate_of_the_canaries_own_list_waits_for_the_servers_of_that_list(planned, site):
    """No other gate does: before, nothing is signed for clients that verify; after, everybody does."""
    body = planned()
    wanted = {(each.over_canaries, each.purpose): to_show(body, site, each) for each in gates(body)}
    assert wanted.pop((True, GatePurpose.RETURNED)) == {"s1", "s2"}
    assert not any(wanted.values())
    assert {(True, GatePurpose.VERIFYING), (False, GatePurpose.RETURNED)} <= wanted.keys()


def test_rule_13_only_servers_that_were_replaced_in_the_wave_sign_with_another_key(planned, site):
    """What an earlier wave has replaced was shown, or looked at by hand, when that was restored."""
    body = planned()
    gate = next(each for each in gates(body) if to_show(body, site, each))
    assert to_show(body, site, gate.model_copy(update={"wave": gate.wave + 1})) == frozenset()


def test_rule_13_a_list_that_is_not_given_back_shows_nothing(make, planned, site):
    """Neither of a location that never verified, nor of one whose list stayed as it was."""
    body = planned(make.location(server_list="L", secure=False), make.location("Away", server_list="M"))
    gate = next(each for each in gates(body) if each.over_canaries and each.purpose is GatePurpose.RETURNED)
    assert to_show(body, site, gate) == {"s3"}


def test_rule_13_a_group_that_verifies_in_some_locations_only_shows_nothing(make, planned):
    """No API tells in which location a client is: it may have taken any file unseen."""
    sure = planned()
    assert witnesses(sure) == sure.owners(ScopeName.CANARIES)
    assert (
        witnesses(planned(make.location(server_list="L"), make.location("Away", server_list="L", secure=False))) == ()
    )


def test_rule_13_the_canaries_gate_before_shows_who_verifies(planned, site):
    """It is over the same canaries in the same wave, and comes first."""
    body = planned()
    gate = next(each for each in gates(body) if to_show(body, site, each))
    before = verifying_gate(body, gate)
    assert before is not None
    assert (before.over_canaries, before.purpose, before.wave) == (True, GatePurpose.VERIFYING, gate.wave)
    assert body.steps.index(before) < body.steps.index(gate)
    assert verifying_gate(body, gate.model_copy(update={"wave": gate.wave + 1})) is None


@pytest.fixture
def showing(make, planned, site):
    """What a canary with that list shows that was read so before it reported the second policy, and so with it."""

    def show(server_list, before, now):
        (owner,) = planned(make.location(server_list=server_list)).owners(ScopeName.CANARIES)
        return shown_by(make.client("c1", "H", **before), make.client("c1", "H", **now), owner, site)

    return show


@pytest.mark.parametrize(
    ("servers", "before", "now", "shown"),
    [
        ("L", {"server": "s1"}, {"server": "s1"}, "s1"),
        ("L", {"server": "s2"}, {"server": "s1"}, None),
        ("L", {"server": "s1", "seen": None}, {"server": "s1"}, None),
        ("L", {"server": "s1"}, {"server": "s1", "seen": None}, None),
        ("L", {"server": "s1"}, {"server": "s1", "images": True}, None),
        ("L", {"server": "s1", "seen": 6 - DAY}, {"server": "s1", "seen": 5}, "s1"),
        ("L", {"server": "s1", "seen": 5 - DAY}, {"server": "s1", "seen": 5}, None),
        ("M", {"server": "s3", "seen": 5 - DAY}, {"server": "s3", "seen": 5}, "s3"),
    ],
)
def test_rule_13_who_stays_at_a_server_has_taken_there_what_it_reports(showing, servers, before, now, shown):
    """One that has changed servers, or had the time to, may have taken it elsewhere, unless its list has one only."""
    assert showing(servers, {"seen": 0, **before}, {"seen": 5, **now}) == shown
