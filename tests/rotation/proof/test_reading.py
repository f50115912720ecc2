"""What a gate asks of each owner's clients, from what was read."""

from datetime import timedelta

import pytest

from rotation.plan.scope import Treatment
from rotation.plan.step import Gate, GatePurpose, Holdout
from rotation.proof.reading import (
    Seen,
    evidence_key,
    gate_before,
    gate_server,
    gates_of_others,
    is_reached,
    judge_all,
    rules,
)
from rotation.proof.verdict import Reason, Tally, Verdict


def gate(plan, number, nth=0):
    """The nth wait of that number."""
    return [s for s in plan.body.steps if s.number == number and isinstance(s, Gate | Holdout)][nth]


@pytest.fixture
def plan_of(make):
    """The plan of a site whose groups have the lists of their own names, and what is seen of it at a time."""

    def build(site, *groups, stuck=()):
        clients = [make.client(f"c{group.path}", group.path) for group in groups]
        clients += [make.client(f"d{path}", path, build="14.2.1.0") for path in stuck]
        request = make.request(site, unproven_failover=make.approve_unproven)
        return make.plan(site, *groups, clients=clients, request=request)

    return build


@pytest.fixture
def seen_of(make):
    """What was read for a gate of a plan."""

    def build(site, plan, *swapped, at=None, skew=0, references=None, **more):
        return Seen(
            site=site,
            body=plan.body,
            swapped=swapped,
            references=references or {},
            swap_seen=at or make.t0,
            skew=timedelta(minutes=skew),
            **more,
        )

    return build


@pytest.fixture
def rule_of(make, seen_of):
    """The rule of a gate for the clients of G."""

    def build(site, plan, step, *swapped, group="G", **seen):
        return rules(step, seen_of(site, plan, *swapped, **seen))[make.id_of(group)]

    return build


@pytest.fixture
def three(make, plan_of):
    """Three servers, G fails over, s3 is kept."""
    site = make.site("s1", "s2", "s3")
    return site, plan_of(site, make.group("G"))


def test_gates_are_about_their_owners(make, plan_of, seen_of):
    """A8 asks the relaxed only, B3 everybody, the holdout those who fail over."""
    site = make.site("s1", "s2", "s3")
    plan = plan_of(site, make.group("G"), make.group("H"), stuck=["H"])
    seen = seen_of(site, plan, "s1")
    asked = {number: set(rules(gate(plan, number), seen)) for number in ("A8", "B3", "B5", "A10c")}
    failing_over, relaxed = {make.id_of("G")}, {make.id_of("H")}
    assert asked == {"A8": relaxed, "B3": failing_over | relaxed, "B5": failing_over, "A10c": relaxed}


@pytest.fixture
def two_relaxed(make):
    """One server, two groups that are relaxed: H goes first."""
    site = make.site("s1")
    clients = [make.client("c1", "H"), make.client("d1"), make.client("d2")]
    return site, make.plan(site, make.group("G"), make.group("H"), clients=clients)


def test_rule_10_a_gate_over_canaries_asks_them_only_and_as_such(make, two_relaxed, seen_of):
    """The first A8 is about H, where who was away is not waited for; the second about both."""
    site, plan = two_relaxed
    asked = [rules(gate(plan, "A8", nth), seen_of(site, plan)) for nth in (0, 1)]
    assert [{owner: rule.canary for owner, rule in each.items()} for each in asked] == [
        {make.id_of("H"): True},
        {make.id_of("G"): False, make.id_of("H"): False},
    ]


@pytest.mark.parametrize(
    ("verdicts", "first", "all_of_them"),
    [([], False, True), ([Verdict.SAFE], False, False), ([Verdict.COVERED, Verdict.SAFE], True, True)],
)
def test_rule_10_canaries_must_have_shown_something(two_relaxed, verdicts, first, all_of_them):
    """Canaries that have left their group, or are all away, prove nothing; an empty group holds no gate for all."""
    _, plan = two_relaxed
    counted = Tally(total=len(verdicts), by_verdict=dict.fromkeys(verdicts, 1), by_reason={})
    assert [is_reached(gate(plan, "A8", nth), counted) for nth in (0, 1)] == [first, all_of_them]


def test_rule_10_the_gate_for_all_goes_on_from_that_of_the_canaries(make, two_relaxed, plan_of):
    """What the canaries had to reach they need not reach again; without canaries there is no such gate."""
    _, plan = two_relaxed
    for number in ("A8", "A10c", "A10d"):
        assert gate_before(plan.body, gate(plan, number, 1)) == gate(plan, number)
        assert gate_before(plan.body, gate(plan, number)) is None
    alone = plan_of(make.site("s1"), make.group("G"))
    assert gate_before(alone.body, gate(alone, "A10d")) is None
    twice = gate(alone, "A8").model_copy(update={"id": "again"})
    body = alone.body.model_copy(update={"steps": (*alone.body.steps, twice)})
    assert gate_before(body, twice) is None, "the one before it was over all, not over canaries"


def test_relaxed_owners_are_asked_as_relaxed(make, plan_of, rule_of):
    """Who does not verify is judged as such, at the swap too."""
    site = make.site("s1", "s2", "s3")
    plan = plan_of(site, make.group("G"), make.group("H"), stuck=["H"])
    assert [rule_of(site, plan, gate(plan, "B3"), "s1", group=group).relaxed for group in "GH"] == [False, True]


def test_rule_13_the_last_gate_before_a_restore_asks_for_clients_that_are_to_verify_next(make, plan_of, rule_of):
    """Not the gates between two swaps of a wave, nor those who fail over, nor those who did not verify at first."""
    site = make.site("s1", "s2", "s3")
    plan = plan_of(site, make.group("G"), make.group("H"), stuck=["H"])
    first, second = (
        rule_of(site, plan, gate(plan, "B3", nth), server, group="H") for nth, server in enumerate(["s1", "s2"])
    )
    assert (first.verifies_next, second.verifies_next) == (False, True)
    assert not rule_of(site, plan, gate(plan, "B3", 1), "s2").verifies_next
    assert not rule_of(site, plan, gate(plan, "A10c"), "s2", group="H").verifies_next
    owners = [
        owner.model_copy(
            update={"pairs": tuple(pair.model_copy(update={"needs_unverified": False}) for pair in owner.pairs)}
        )
        for owner in plan.body.scopes
    ]
    never = plan.model_copy(update={"body": plan.body.model_copy(update={"scopes": tuple(owners)})})
    assert not rule_of(site, never, gate(plan, "B3", 1), "s2", group="H").verifies_next


def test_gate_before_a_swap_has_no_swap(make, plan_of, rule_of):
    """A8 and the restore ask for serials, each owner's own."""
    site = make.site("s1")
    plan = plan_of(site, make.group("G"))
    for number, purpose in (("A8", GatePurpose.RELAXED), ("A10c", GatePurpose.VERIFYING)):
        rule = rule_of(site, plan, gate(plan, number), references={make.id_of("G"): make.t0})
        assert (rule.purpose, rule.swap, rule.reference) == (purpose, None, make.t0)


def test_what_was_noted_around_writes_and_the_swap_is_asked_for(make, three, two_relaxed, rule_of, seen_of):
    """Of each owner: when it was first written to, and which earlier serials are right; of swaps their own."""
    site, plan = two_relaxed
    g, h = make.id_of("G"), make.id_of("H")
    at, then = make.at(minutes=1), make.at(minutes=2)
    known = {"changed_from": {g: at, h: then}, "earlier": {g: frozenset({then}), h: frozenset({at})}}
    rule = rule_of(site, plan, gate(plan, "A8", 1), **known)
    assert (rule.changed_from, rule.earlier) == (at, {then})
    bare = rule_of(site, plan, gate(plan, "A8", 1))
    assert (bare.changed_from, bare.earlier) == (None, frozenset())
    assert rule_of(site, plan, gate(plan, "A8", 1), "s1").swap is None, "it is no gate of a swap"
    unseen = seen_of(site, plan, "s1").model_copy(update={"swap_seen": None})
    assert rules(gate(plan, "A10b"), unseen)[g].swap is None, "nobody has seen the new certificate yet"
    site, plan = three
    swap = rule_of(site, plan, gate(plan, "B3"), "s1", "s2", former_seen=make.at(minutes=-3)).swap
    assert (swap.server, swap.former_seen) == ("s1", make.at(minutes=-3))


def test_rule_9_skew_is_added(three, rule_of):
    """A check-in counts only past publishing and skew, and who was silent that much longer was away."""
    site, plan = three
    rule = rule_of(site, plan, gate(plan, "B3"), "s1", skew=7)
    assert rule.swap is not None
    assert rule.swap.settle == timedelta(minutes=2 + 7)
    assert rule.quiet_after == timedelta(minutes=15 + 7)


def test_rule_11_servers_of_earlier_swaps_are_trusted_where_being_there_shows_it(three, rule_of):
    """Verifying over HTTPS without a CA: a client at s1, replaced before s2, knows s1's certificate."""
    site, plan = three
    swap = rule_of(site, plan, gate(plan, "B3", 1), "s1", "s2").swap
    assert swap is not None
    assert (swap.server, swap.trusted, swap.swapped_shows_trust) == ("s2", {"s1", "s3"}, True)


def test_rule_11_servers_of_earlier_swaps_are_not_trusted_by_ca(make, plan_of, rule_of):
    """With trust in a CA a client may be at s1 without its certificate: only the server with the old one counts.

    A plan relaxes such clients (rule 7); here the list was described so since it was made.
    """
    servers = ("s1", "s2", "s3")
    plan = plan_of(make.site(*servers, lists=[make.server_list("L", *servers)]), make.group("G", server_list="L"))
    site = make.site(*servers, lists=[make.server_list("L", *servers, ca=True)])
    swap = rule_of(site, plan, gate(plan, "B3", 1), "s1", "s2").swap
    assert swap is not None
    assert (swap.trusted, swap.swapped_shows_trust) == ({"s3"}, False)


def test_rule_11_the_same_certificate_again_shows_nothing(three, rule_of):
    """If the server presents what it presented before, being there is no news."""
    site, plan = three
    same = tuple(each.model_copy(update={"replaces": each.fingerprint}) for each in plan.body.certificates)
    plan = plan.model_copy(update={"body": plan.body.model_copy(update={"certificates": same})})
    swap = rule_of(site, plan, gate(plan, "B3"), "s1").swap
    assert swap is not None
    assert not swap.swapped_shows_trust


def test_clients_that_never_verified_get_on_with_any_server(make, plan_of, rule_of):
    """HTTP without verification on a site with failover: nothing is relaxed, and the last gate can still be passed."""
    site = make.site("s1", "s2", lists=[make.server_list("L", "s1", "s2", http=True)])
    plan = plan_of(site, make.group("G", server_list="L", secure=False))
    assert plan.body.scopes[0].treatment is Treatment.FAILOVER
    rule = rule_of(site, plan, gate(plan, "B3", 1), "s1", "s2")
    readings = [make.client("c1", seen=minute, server="s2") for minute in (3, 8)]
    assert make.read(rule, readings[0]).verdict is Verdict.WAITING
    assert make.read(rule, *readings).reason is Reason.TWO_TRUSTED_CONTACTS


def test_group_that_verifies_in_one_location_only_needs_two_check_ins(make, plan_of, rule_of):
    """Office verifies over HTTPS, lab does not over HTTP: one check-in at the swapped server may be the lab's."""
    lists = [make.server_list("L", "s1", "s2"), make.server_list("M", "s1", "s2", http=True)]
    site = make.site("s1", "s2", lists=lists)
    places = make.location("Office", server_list="L"), make.location("Lab", server_list="M", secure=False)
    plan = plan_of(site, make.group("G", *places))
    rule = rule_of(site, plan, gate(plan, "B3", 1), "s1", "s2")
    readings = [make.client("c1", seen=minute, server="s2") for minute in (3, 8)]
    assert make.read(rule, readings[0]).verdict is Verdict.WAITING
    assert make.read(rule, *readings).verdict is Verdict.COVERED


# -- protection --------------------------------------------------------------------------------------


def test_holdout_protects_until_it_is_replaced(three, rule_of):
    """In the gates of s1 and s2 s3 still has the old certificate; in its own it has not."""
    site, plan = three
    swapped = [("s1",), ("s1", "s2"), ("s1", "s2", "s3")]
    swaps = [rule_of(site, plan, gate(plan, "B3", nth), *done).swap for nth, done in enumerate(swapped)]
    assert [swap.protected for swap in swaps if swap] == [True, True, False]


def test_rule_6_a_holdout_not_on_the_list_protects_no_client(make, plan_of, rule_of):
    """G has s1 and s2, H has s3 and s4: when G's holdout is replaced, H's is no help to G."""
    lists = [make.server_list("L", "s1", "s2"), make.server_list("M", "s3", "s4")]
    site = make.site("s1", "s2", "s3", "s4", lists=lists)
    plan = plan_of(site, make.group("G", server_list="L"), make.group("H", server_list="M"))
    assert plan.body.holdouts == ("s2", "s4")
    step = next(s for s in plan.body.steps if isinstance(s, Gate) and s.server == "s2")
    protected = {}
    for group in "GH":
        swap = rule_of(site, plan, step, "s1", "s3", "s2", group=group).swap
        protected[group] = swap is not None and swap.protected
    assert protected == {"G": False, "H": True}


def test_in_the_holdout_it_protects_no_client(three, rule_of):
    """B5 asks which clients could do without the holdout."""
    site, plan = three
    swap = rule_of(site, plan, gate(plan, "B5"), "s1", "s2").swap
    assert swap is not None
    assert (swap.server, swap.protected) == ("s2", False)


def test_holdout_goes_on_with_the_evidence_of_the_gate_before_it(three, seen_of):
    """B5 waits on the last swap before it, and keeps what that gate has seen."""
    site, plan = three
    holdout = gate(plan, "B5")
    assert evidence_key(plan.body, holdout) == gate(plan, "B3", 1).id
    assert evidence_key(plan.body, gate(plan, "B3")) == gate(plan, "B3").id
    assert gate_server(holdout, seen_of(site, plan, "s1", "s2")) == "s2"
    assert gate_server(holdout, seen_of(site, plan)) is None


def test_only_a_server_of_the_clients_own_list_is_another_server(make, plan_of, seen_of):
    """G's list is s2 and s4: having learned s1's certificate helps no client that never goes to s1."""
    lists = [make.server_list("L", "s2", "s4"), make.server_list("M", "s1", "s2", "s3", "s4")]
    site = make.site("s1", "s2", "s3", "s4", lists=lists)
    plan = plan_of(site, make.group("G", server_list="L"), make.group("H", server_list="M"))
    assert plan.body.holdouts == ("s4",)
    owners = {owner.path: owner for owner in plan.body.scopes}
    seen = seen_of(site, plan, "s1", "s2", "s3")
    by_id = {step.id: step.server for step in plan.body.steps if isinstance(step, Gate)}
    others = {
        path: {by_id[each] for each in gates_of_others(gate(plan, "B5"), owner, seen)} for path, owner in owners.items()
    }
    assert others == {"G": {"s2", "s4"}, "H": {"s1", "s2", "s4"}}


def test_another_server_must_be_on_the_list_of_every_location(make, plan_of, seen_of):
    """At home the list is s3 and s4: a client that knows s1 from the office's list has no server there."""
    lists = [make.server_list("L", "s1", "s3", "s4"), make.server_list("M", "s3", "s4")]
    site = make.site("s1", "s3", "s4", lists=lists)
    places = make.location("Office", server_list="L"), make.location("Home", server_list="M")
    plan = plan_of(site, make.group("G", *places))
    by_id = {step.id: step.server for step in plan.body.steps if isinstance(step, Gate)}
    others = gates_of_others(gate(plan, "B5"), plan.body.scopes[0], seen_of(site, plan, "s1", "s3"))
    assert {by_id[each] for each in others} == {"s4"}


def test_a_gate_is_not_about_other_servers_than_its_own(make, plan_of, seen_of):
    """The gate of s1, read again when s2 was replaced too: s1 is what it asks about, s2 is where clients may go."""
    site = make.site("s1", "s2", "s3")
    plan = plan_of(site, make.group("G"))
    by_id = {step.id: step.server for step in plan.body.steps if isinstance(step, Gate)}
    others = gates_of_others(gate(plan, "B3"), plan.body.scopes[0], seen_of(site, plan, "s1", "s2"))
    assert {by_id[each] for each in others} == {"s2", "s3"}


def test_a_holdout_keeps_evidence_under_the_last_gate_before_it_or_its_own(make, plan_of):
    """Of three swaps the last one; where no gate came before, it has none to go on with."""
    plan = plan_of(make.site("s1", "s2", "s3", "s4"), make.group("G"))
    holdout = gate(plan, "B5")
    assert evidence_key(plan.body, holdout) == gate(plan, "B3", 2).id
    alone = plan.body.model_copy(update={"steps": plan.body.steps[plan.body.steps.index(holdout) :]})
    assert evidence_key(alone, holdout) == holdout.id


# -- all clients -------------------------------------------------------------------------------------


def test_clients_of_other_scopes_are_not_judged(make, plan_of, seen_of):
    """A8 says nothing of a client whose group fails over."""
    site = make.site("s1", "s2")
    plan = plan_of(site, make.group("G"), make.group("H"), stuck=["H"])
    asked = rules(gate(plan, "A8"), seen_of(site, plan))
    entries = [make.entry(make.client("c1", group), group=group, id=group) for group in "GH"]
    assert [judged.client for judged in judge_all(entries, asked, {})] == ["H"]


def test_what_was_seen_before_counts(make):
    """A client that was covered is so, whatever it shows now; without its evidence it would be waited for."""
    now = make.client("c1", seen=-2)
    before = make.read(
        make.gate_rule(), *(make.client("c1", seen=m, serial=make.serial("G", make.t0)) for m in (1, 6, 11))
    )
    entry = make.entry(now)
    by_owner = {entry.owner: make.gate_rule()}
    assert [each.verdict for each in judge_all([entry], by_owner, {})] == [Verdict.WAITING]
    assert [each.verdict for each in judge_all([entry], by_owner, {entry.id: before.evidence})] == [Verdict.COVERED]


def test_an_old_export_shows_no_client_away(make):
    """A client that was last seen long before the change may have come since: only a later export shows it."""
    silent = make.entry(make.client("c1", seen=-60))
    for as_of, verdict in ((None, Verdict.SAFE), (1, Verdict.SAFE), (0, Verdict.WAITING), (-5, Verdict.WAITING)):
        rule = make.gate_rule(canary=True, as_of=None if as_of is None else make.at(minutes=as_of))
        assert judge_all([silent], {silent.owner: rule}, {})[0].verdict is verdict
