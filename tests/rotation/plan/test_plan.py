"""The plan's hash, and what a plan can be asked."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rotation.plan.plan import Plan, PlanBody
from rotation.plan.step import ScopeName


@pytest.fixture(scope="session")
def planned(make):
    """A plan of two servers and two groups, observed in any order, at any time."""

    def build(order=(0, 1), locations=(0, 1), later=timedelta(0), **wishes):
        site = make.site("s1", "s2")
        places = (make.location("Office"), make.location("Home"))
        groups = (make.group("G", *(places[n] for n in locations)), make.group("H"))
        clients = (make.client("c1"), make.client("d1", "H", build="14.2.1.0"))
        return make.plan(
            site,
            *(groups[n] for n in order),
            clients=[clients[n] for n in order],
            request=make.request(site, **wishes),
            now=make.t0 + later,
        )

    return build


@given(
    order=st.permutations((0, 1)),
    locations=st.permutations((0, 1)),
    later=st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_hash_does_not_know_dates_or_the_order_of_a_listing(planned, order, locations, later):
    """The same site gives the same hash, whenever it is planned and in whatever order SEPM lists it."""
    assert planned(order, locations, later).hash == planned().hash


def test_hash_is_of_the_stored_bytes(planned):
    """What is stored and read back has the hash that was approved."""
    plan = planned()
    again = PlanBody.model_validate_json(plan.body.canonical())
    assert again == plan.body
    assert again.canonical() == plan.body.canonical()
    assert again.content_hash() == plan.hash


@pytest.mark.parametrize(
    "change",
    [
        {"keep_relaxed": True},
        {"holdouts": ("s1",)},
        {"waves": (("s2",), ("s1",))},
        {"publish_delay": timedelta(minutes=3)},
        {"replication_partners": ("Linz",)},
        {"steps": ()},
        {"scopes": ()},
        {"certificates": ()},
        {"copies": ()},
        {"purpose": "restore"},
        {"canaries": ("1",)},
    ],
)
def test_hash_covers_what_is_approved(planned, change):
    """Whatever a person approves changes the hash when it changes."""
    plan = planned()
    assert plan.body.model_copy(update=change).content_hash() != plan.hash


def test_hash_covers_who_is_left_out(make):
    """Names that are left out are part of what is approved."""
    site, clients = make.site("s1"), [make.client("c1", seen=None)]
    kept = make.plan(site, make.group("G"), clients=clients)
    left = make.plan(site, make.group("G"), clients=clients, request=make.request(site, leave_out_away=True))
    assert kept.hash != left.hash


def test_scopes_name_their_owners_and_pairs(planned):
    """Relaxed, of these the canaries and the rest, failing over, all: by owner and by pair."""
    body = planned().body
    named = {scope: [owner.path for owner in body.owners(scope)] for scope in ScopeName}
    assert named == {
        ScopeName.RELAXED: ["H"],
        ScopeName.CANARIES: [],
        ScopeName.DRILLED: [],
        ScopeName.REST: ["H"],
        ScopeName.FAILOVER: ["G"],
        ScopeName.ALL: ["G", "H"],
    }
    first = body.model_copy(update={"canaries": (body.scopes[1].group_id,)})
    assert [owner.path for owner in first.owners(ScopeName.CANARIES)] == ["H"]
    assert first.owners(ScopeName.REST) == ()
    assert [pair.location_name for _, pair in body.pairs(ScopeName.FAILOVER)] == ["Home", "Office"]


def test_step_is_found_by_its_id(planned):
    """A step that the plan does not have is an error that names it."""
    body = planned().body
    assert body.step("01-preflight") == body.steps[0]
    with pytest.raises(KeyError, match="99-A9"):
        body.step("99-A9")


def test_certificate_is_found_by_its_server(planned):
    """A server that gets none has none."""
    found = planned().body.certificate_for("s2")
    assert found is not None
    assert found.fingerprint == "new-s2"
    assert planned().body.certificate_for("s9") is None


def test_last_number(planned):
    """An amendment counts on from the last step's number."""
    body = planned().body
    assert body.last_number == len(body.steps)
    assert body.model_copy(update={"steps": ()}).last_number == 0


def test_rule_8_names_on_trust_cannot_be_exchanged(make):
    """The names do not travel with the body; its hash covers them all the same."""
    site = make.site("s1", "s2")
    request = make.request(site, unproven_failover=make.approve_unproven)
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], seen_at={}, request=request)
    with pytest.raises(ValidationError, match="other names on trust"):
        Plan.model_validate({**dict(plan), "trusted": {make.id_of("G"): {"c1": "C1", "c2": "C2"}}})
