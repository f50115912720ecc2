"""The table of treatments, as the numbers of the steps; ids and holds."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.plan.step import Console, Gate, GatePurpose, ScopeName, Write
from rotation.plan.work.task import CompareSignedFiles, ReplaceCertificate, SaveRecoveryFile

RESTORED = ["A10c", "A10c", "A10d", "A10d"]


def numbers(plan):
    """The vendor's numbers of the steps, in order."""
    return [step.number for step in plan.body.steps]


def test_every_certificate_waits_for_its_servers_recovery_file(mixed):
    """Before the first certificate is replaced, each server that gets one has had its recovery file saved."""
    works = [step.work for step in mixed().body.steps if isinstance(step, Console)]
    first = next(index for index, work in enumerate(works) if isinstance(work, ReplaceCertificate))
    saved = {work.server for work in works[:first] if isinstance(work, SaveRecoveryFile)}
    assert saved == {work.server for work in works if isinstance(work, ReplaceCertificate)}
    assert len(saved) == 3


def test_one_server(make):
    """One server: list A for every group, one wave, no holdout."""
    assert numbers(make.plan(make.site("s1"), make.group("G"), clients=[make.client("c1")])) == [
        "preflight",
        "recovery",
        "hand-outs",
        "A1-A4",
        "A5",
        "A7",
        "A8",
        "look",
        "A9",
        "A10b",
        "signed",
        "look",
        "A10c",
        "A10c",
        "A10d",
        "A10d",
        "A2-undo",
        "hand-outs",
        "closing",
    ]


def test_three_servers_with_failover(make):
    """Several servers and proven failover: list B, the last server kept; nothing is written."""
    plan = make.plan(make.site("s1", "s2", "s3"), make.group("G"), clients=[make.client("c1")])
    assert numbers(plan) == [
        "preflight",
        "recovery",
        "recovery",
        "recovery",
        "hand-outs",
        "look",
        "B2",
        "B3",
        "signed",
        "shown",
        "recheck",
        "look",
        "B2",
        "B3",
        "signed",
        "B5",
        "shown",
        "recheck",
        "look",
        "B2",
        "B3",
        "signed",
        "hand-outs",
        "closing",
    ]
    assert (plan.body.waves, plan.body.holdouts) == ((("s1", "s2"), ("s3",)), ("s3",))


def test_mixed(mixed):
    """Some groups hold 14.2 clients: just those are relaxed, around each wave; replication is paused."""
    assert numbers(mixed()) == [
        "preflight",
        "recovery",
        "recovery",
        "recovery",
        "replication",
        "hand-outs",
        "A1-A4",
        "A5",
        "A7",
        "A8",
        "look",
        "B2",
        "B3",
        "signed",
        "shown",
        "recheck",
        "look",
        "B2",
        "B3",
        "signed",
        "look",
        *RESTORED,
        "B5",
        "shown",
        "recheck",
        "A5",
        "A7",
        "A8",
        "look",
        "B2",
        "B3",
        "signed",
        "look",
        *RESTORED,
        "replication",
        "A2-undo",
        "hand-outs",
        "closing",
    ]


def test_mixed_kept_relaxed(mixed):
    """Kept relaxed through the holdout: relaxed once, restored once."""
    assert numbers(mixed(keep_relaxed=True)) == [
        "preflight",
        "recovery",
        "recovery",
        "recovery",
        "replication",
        "hand-outs",
        "A1-A4",
        "A5",
        "A7",
        "A8",
        "look",
        "B2",
        "B3",
        "signed",
        "shown",
        "recheck",
        "look",
        "B2",
        "B3",
        "signed",
        "B5",
        "shown",
        "recheck",
        "look",
        "B2",
        "B3",
        "signed",
        "look",
        *RESTORED,
        "replication",
        "A2-undo",
        "hand-outs",
        "closing",
    ]


def test_all_14_2(make):
    """Every group holds 14.2 clients: list A for all, canaries first, every server in one wave, no holdout."""
    clients = [make.client("c1", build="14.2.1.0"), make.client("d1", "H", build="14.2.770.0")]
    plan = make.plan(make.site("s1", "s2", "s3"), make.group("G"), make.group("H"), clients=clients)
    assert numbers(plan) == [
        "preflight",
        "recovery",
        "recovery",
        "recovery",
        "hand-outs",
        "A1-A4",
        *("A5", "A7", "A8"),
        *("A5", "A7", "A8"),
        *("look", "A9", "A10b", "signed", "recheck"),
        *("look", "A9", "A10b", "signed", "recheck"),
        *("look", "A9", "A10b", "signed", "look"),
        *RESTORED,
        *RESTORED,
        "A2-undo",
        "hand-outs",
        "closing",
    ]
    assert plan.body.holdouts == ()


def test_rule_4_images_are_refreshed_after_relax_and_before_and_after_clients_verify_again(make):
    """A machine made from a golden image starts with what the image holds: verifying, and the old certificate."""
    clients = [make.client("c1"), make.client("v1", images=True)]
    plan = make.plan(make.site("s1"), make.group("G"), clients=clients)
    shown = numbers(plan)
    first, second, third = (index for index, number in enumerate(shown) if number == "images")
    assert shown.index("A7") < first < shown.index("A8")
    assert shown.index("A10b") < second < shown.index("A10c")
    assert len(shown) - 1 - shown[::-1].index("A10d") < third < shown.index("closing")


def test_rule_4_images_that_fail_over_are_refreshed_before_the_last_old_server_goes(make):
    """A machine whose image knows the old certificates only has no server left when the second one is replaced."""
    site = make.site("s1", "s2")
    clients = [make.client("v1", images=True), make.client("v2", "H", images=True, build="14.2.1.0")]
    plan = make.plan(
        site,
        make.group("G"),
        make.group("H"),
        clients=clients,
        request=make.request(site, holdout=("s2",), keep_relaxed=True),
    )
    tasks = [step for step in plan.body.steps if isinstance(step, Console)]
    kinds = [(task.work.kind, getattr(task.work, "groups", ())) for task in tasks]
    swaps = [index for index, (kind, _) in enumerate(kinds) if kind == "replace_certificate"]
    between = [groups for kind, groups in kinds[swaps[0] : swaps[1]] if kind == "refresh_images"]
    assert between == [("G",)]


def test_rule_13_restore_is_gated_twice(mixed):
    """A10c, gate, A10d, gate: the second write must not come before clients have verified a file."""
    steps = mixed().body.steps
    back = [(step.number, step.kind) for step in steps if step.number in {"A10c", "A10d"}]
    assert back == [("A10c", "write"), ("A10c", "gate"), ("A10d", "write"), ("A10d", "gate")] * 2


@pytest.fixture
def two_relaxed(make):
    """One server, two groups: list A for both, the smaller one first."""
    clients = [make.client("c1", "H"), make.client("d1"), make.client("d2")]
    site = make.site("s1", relax_floor=timedelta(hours=24))
    return make.plan(site, make.group("G"), make.group("H"), clients=clients)


def written_and_gated(plan):
    """The writes and gates about relaxed groups, each with its scope."""
    steps = [step for step in plan.body.steps if isinstance(step, Write | Gate) and step.scope is not ScopeName.ALL]
    return [(step.number, step.kind, step.scope.value) for step in steps]


def test_rule_10_relax_goes_canary_first(two_relaxed):
    """No other client is moved to HTTP before a few have shown that they get through; then the gate is for all."""
    assert written_and_gated(two_relaxed)[:6] == [
        ("A5", "write", "canaries"),
        ("A7", "write", "canaries"),
        ("A8", "gate", "canaries"),
        ("A5", "write", "rest"),
        ("A7", "write", "rest"),
        ("A8", "gate", "relaxed"),
    ]
    assert [owner.path for owner in two_relaxed.body.owners(ScopeName.CANARIES)] == ["H"]


def test_rule_13_restore_goes_canary_first(two_relaxed):
    """The canaries take their list's policy, signed with the new key, while they verify; only then do all verify."""
    assert written_and_gated(two_relaxed)[6:] == [
        ("A10c", "write", "canaries"),
        ("A10c", "gate", "canaries"),
        ("A10d", "write", "canaries"),
        ("A10d", "gate", "canaries"),
        ("A10c", "write", "rest"),
        ("A10c", "gate", "relaxed"),
        ("A10d", "write", "rest"),
        ("A10d", "gate", "relaxed"),
    ]


def test_rule_24_signed_files_are_compared_before_a_client_verifies_them(mixed):
    """After each replacement, before the next one and before clients verify again, its .SIG files are compared."""
    steps = mixed().body.steps
    swaps = [
        i for i, step in enumerate(steps) if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)
    ]
    for at in swaps:
        assert [type(step) for step in steps[at + 1 : at + 3]] == [Gate, Console]
        assert steps[at + 2].work == CompareSignedFiles(server=steps[at].work.server)


def test_where_no_client_verifies_no_files_are_compared(make):
    """A group over HTTP without secure communications takes whatever is signed, with whichever key."""
    group = make.group("G", secure=False)
    site = make.site("s1", lists=[make.server_list("Default List", "s1", http=True)])
    assert "signed" not in numbers(make.plan(site, group, clients=[make.client("c1")]))


def test_rule_10_a_gate_over_canaries_is_short_and_asks_soon(two_relaxed):
    """The vendor's day before the swap is for all; canaries were there just before, so that silence tells at once."""
    first = [step for step in two_relaxed.body.steps if isinstance(step, Gate) and step.over_canaries]
    assert {(step.minimum, step.patience) for step in first} == {(timedelta(minutes=15), timedelta(minutes=30))}


def test_rule_12_a_swap_rests_on_the_gate_for_all(two_relaxed):
    """The gate over the canaries is not what holds while the swap is open."""
    swap = next(step for step in two_relaxed.body.steps if step.number == "A9")
    gates = {step.id: step for step in two_relaxed.body.steps if isinstance(step, Gate)}
    assert [gates[held].scope for held in swap.holds] == [ScopeName.RELAXED]


def test_rule_12_every_gate_of_a_wave_holds_while_its_swaps_are_open(mixed):
    """A8 and B3 prove nothing if they are not true at the swap: each swap names all gates before it."""
    steps = mixed().body.steps
    swaps = [step for step in steps if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)]
    held = {step.title.split()[-1]: step.holds for step in swaps}
    assert held == {
        "s1": ("10-A8",),
        "s2": ("10-A8", "13-B3"),
        "s3": ("26-B5", "31-A8"),
    }


def test_rule_12_a_holdout_still_holds_after_the_writes_that_follow_it(mixed):
    """The second relaxation changes what clients hold, and not whom the holdout has waited for."""
    last = [step for step in mixed().body.steps if isinstance(step, Console) and step.number == "B2"][-1]
    assert any(held.endswith("B5") for held in last.holds)


def test_rule_12_before_every_later_certificate_the_plan_is_made_again(mixed):
    """After 90 days the site is another one, and hours may be enough: a recheck stands before all that follows."""
    shown = numbers(mixed())
    assert shown[shown.index("B5") + 1 :][:2] == ["shown", "recheck"]
    assert shown[shown.index("B3") + 1 :][:3] == ["signed", "shown", "recheck"]


def test_gate_after_a_swap_counts_the_publishing_too(make):
    """B3 lasts three heartbeats, and the time until every server hands out the list."""
    site = make.site("s1", "s2", publish_delay=timedelta(minutes=7))
    plan = make.plan(site, make.group("G", heartbeat=timedelta(hours=1), jitter=4), clients=[make.client("c1")])
    gates = [step for step in plan.body.steps if isinstance(step, Gate)]
    assert {gate.minimum for gate in gates} == {timedelta(hours=3, minutes=11)}


def test_patience_is_never_shorter_than_the_minimum(make):
    """A heartbeat of a week makes a gate of three: its limit is not before its end."""
    plan = make.plan(make.site("s1"), make.group("G", heartbeat=timedelta(days=7)))
    waits = [step for step in plan.body.steps if isinstance(step, Gate)]
    assert all(gate.patience >= gate.minimum >= timedelta(days=21) for gate in waits)


def test_floor_counts_for_a8_only(make):
    """The vendor's 24 hours are asked before the swap, not after it."""
    plan = make.plan(make.site("s1"), make.group("G"))
    least = {step.number: step.minimum for step in plan.body.steps if isinstance(step, Gate)}
    assert least["A8"] == timedelta(hours=24)
    assert least["A10b"] == timedelta(minutes=17)


@given(after=st.integers(0, 500))
def test_ids_are_unique_and_count_on(make, after):
    """Ids carry the place and the vendor's number; an amendment's go on where its plan ended."""
    first = make.plan(make.site("s1"), make.group("G"), after=after)
    ids = [step.id for step in first.body.steps]
    assert [int(each.split("-")[0]) for each in ids] == list(range(after + 1, after + len(ids) + 1))
    assert all(each.split("-", 1)[1] == step.number for each, step in zip(ids, first.body.steps, strict=True))


def test_rule_12_an_amendment_shares_no_step_id_with_its_plan(make):
    """One more list in use shifts A8 of the amendment to the place of the old A8: old proof must not count for it."""
    lists = [make.server_list(name, "s1", "s2") for name in ("L", "M")]
    site = make.site("s1", "s2", lists=lists)
    stuck = [make.client("d1", "H", build="14.2.1.0"), make.client("c1")]
    plan = make.plan(site, make.group("G", server_list="M"), make.group("H", server_list="L"), clients=stuck)
    more = [*stuck, make.client("e1", "K", build="14.2.1.0")]
    groups = [make.group("G", server_list="M"), make.group("H", server_list="L"), make.group("K", server_list="M")]
    request = make.request(site, only=["s2"])
    unnumbered = make.plan(site, *groups, clients=more, request=request)
    amended = make.plan(site, *groups, clients=more, request=request, after=plan.body.last_number)
    ids = {step.id for step in plan.body.steps}
    assert "08-A8" in ids & {step.id for step in unnumbered.body.steps}
    assert not ids & {step.id for step in amended.body.steps}


# -- turning back ------------------------------------------------------------------------------------


def test_gates_are_of_the_right_kind(mixed):
    """What each gate proves, by its number."""
    gates = {step.number: step.purpose for step in mixed().body.steps if isinstance(step, Gate)}
    assert gates == {
        "A8": GatePurpose.RELAXED,
        "B3": GatePurpose.SWAPPED,
        "A10c": GatePurpose.VERIFYING,
        "A10d": GatePurpose.RETURNED,
        "shown": GatePurpose.SIGNED,
    }
