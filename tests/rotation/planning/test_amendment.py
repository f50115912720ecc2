"""Amendments: what was done stays, what is newer follows."""

import pytest

from rotation.plan.plan import LeftOut, PlanBody
from rotation.plan.step import Console, Gate, GatePurpose, Holdout, Preflight
from rotation.plan.work.signed_together import compared_later
from rotation.plan.work.task import CompareSignedFiles, CopyList, DeleteList, PauseReplication, SaveRecoveryFile
from rotation.planning.amendment import amend, newly_left_out, relaxes_more
from rotation.values import ClientId, ServerName

PAUSED = "replication"


@pytest.fixture
def plans(make):
    """A plan, and a newer one of the same site in which a second group is relaxed."""

    def build(*, only=None):
        site = make.site("s1", "s2", "s3")
        groups = (make.group("G"), make.group("H"))
        before = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
        after = [make.client("c1", build="14.2.1.0"), make.client("d1", "H", build="14.2.1.0")]
        partners = {"replication_partners": ("Linz",)}
        plan = make.plan(site, *groups, clients=before, **partners)
        request = make.request(site, only=only)
        newer = make.plan(site, *groups, clients=after, request=request, after=plan.body.last_number, **partners)
        return plan.body, newer.body

    return build


def test_an_amendment_before_the_first_certificate_has_no_empty_wave(make, plans):
    """Nothing was put in yet: the waves are those of the newer plan, and no wave of no servers stands before them."""
    approved, newer = plans()
    body = amend(approved, newer, at=make.step_of(approved, PAUSED), swapped=())
    assert body.waves == newer.waves
    assert all(body.waves)
    assert body.certificates == newer.certificates


def test_an_amendment_keeps_what_was_put_in_as_a_wave_of_its_own(make, plans):
    """After s1 and s2 the rest is s3 alone: the servers that were replaced stay in the plan, and before it."""
    approved, newer = plans(only=["s3"])
    body = amend(approved, newer, at=make.step_of(approved, "recheck", 1), swapped=(ServerName("s1"), ServerName("s2")))
    assert body.waves == (("s1", "s2"), ("s3",))
    assert [chosen.server for chosen in body.certificates] == ["s1", "s2", "s3"]


def test_an_amendment_does_nothing_twice(make, plans):
    """The survey, the recovery files and the pause of replication are of the executed prefix, and only there."""
    approved, newer = plans()
    at = make.step_of(approved, PAUSED)
    body = amend(approved, newer, at=at, swapped=())
    done = approved.steps.index(approved.step(at)) + 1
    rest = body.steps[done:]
    assert body.steps[:done] == approved.steps[:done]
    works = [step.work for step in rest if isinstance(step, Console)]
    assert not any(isinstance(step, Preflight) for step in rest)
    assert not any(isinstance(work, SaveRecoveryFile | PauseReplication) for work in works)


def test_rule_24_an_amendment_still_has_clients_show_what_replaced_servers_sign(make):
    """The gate before the first recheck may pass without a client there. The gate before the last server asks."""
    site = make.site("s1", "s2", "s3")
    groups = (make.group("G"), make.group("H"))
    before = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    plan = make.plan(site, *groups, clients=before)
    request = make.request(site, only=["s2", "s3"])
    newer = make.plan(site, *groups, clients=[*before, make.client("e1", "H")], request=request, after=99)
    body = amend(plan.body, newer.body, at=make.step_of(plan.body, "recheck"), swapped=(ServerName("s1"),))
    shown = [each for each in body.steps if isinstance(each, Gate) and each.purpose is GatePurpose.SIGNED]
    assert [each.asks for each in shown] == [False, True]
    assert body.steps.index(shown[-1]) > body.steps.index(body.step(make.swap_of(newer.body, "s2")))


@pytest.mark.parametrize("verifies", [True, False], ids=["a group that verifies has come", "none has"])
def test_rule_24_a_comparison_that_was_left_to_a_later_task_comes_first(make, verifies):
    """Where clients verify now, before the next certificate in a task of its own; else it is left once more."""
    site = make.site("s1", "s2", "s3", lists=[make.server_list("Default List", "s1", "s2", "s3")])
    stuck = [make.client("d1", "H", build="14.2.1.0")]
    approved = make.plan(site, make.group("H"), clients=stuck).body
    request = make.request(site, only=["s2", "s3"])
    groups = [make.group(path) for path in ("G", "H") if verifies or path == "H"]
    clients = [make.client("c1"), *stuck] if verifies else stuck
    newer = make.plan(site, *groups, clients=clients, request=request, after=approved.last_number).body
    at = make.step_of(approved, "recheck")
    body = amend(approved, newer, at=at, swapped=(ServerName("s1"),))
    again = body.steps[body.steps.index(body.step(at)) + 1]
    assert isinstance(again, Console)
    assert again.work == CompareSignedFiles(server=ServerName("s1"))
    assert (compared_later(body.steps, again, body.scopes) is None) == verifies
    assert len({step.id for step in body.steps}) == len(body.steps)
    twice = amend(body, newer, at=again.id, swapped=(ServerName("s1"),))
    repeated = [step for step in twice.steps if isinstance(step, Console) and step.work == again.work]
    assert len(repeated) == (2 if verifies else 3)  # where it has a task of its own it is done
    assert len({step.id for step in twice.steps}) == len(twice.steps)


def test_a_holdout_is_kept_once(make, plans):
    """Within the first wave the rest has its holdout; after it, s3 is not kept for another 30 days."""
    approved, _ = plans()
    for wave in (0, 1):
        body = amend(approved, approved, at=make.step_of(approved, "recheck", wave), swapped=(ServerName("s1"),))
        (kept,) = [step.id for step in body.steps if step.number == "B5"]
        last = [step for step in body.steps if isinstance(step, Console) and step.number == "B2"][-1]
        assert kept in last.holds
        assert set(last.holds) <= {step.id for step in body.steps}


def test_a_holdout_of_another_server_is_no_substitute(make, plans):
    """s3 was kept on the old certificate; if s2 is what clients that are away know now, s2 is kept as long."""
    approved, _ = plans()
    site = make.site("s1", "s2", "s3")
    request = make.request(site, only=["s2", "s3"], holdout=("s2",))
    groups = (make.group("G"), make.group("H"))
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    newer = make.plan(site, *groups, clients=clients, request=request, after=approved.last_number).body
    body = amend(approved, newer, at=make.step_of(approved, "recheck", 1), swapped=(ServerName("s1"),))
    assert [step.servers for step in body.steps if isinstance(step, Holdout)] == [("s3",), ("s2",)]


def test_the_rest_stands_on_the_holdout_that_was_kept_instead_of_its_own(make, plans):
    """s3 has been kept already: the rest leaves its holdout out, and what rested on it rests on the one that was."""
    approved, _ = plans()
    site = make.site("s1", "s2", "s3")
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    request = make.request(site, only=["s2", "s3"])
    groups = (make.group("G"), make.group("H"))
    newer = make.plan(site, *groups, clients=clients, request=request, after=approved.last_number).body
    at = make.step_of(approved, "recheck", 1)
    body = amend(approved, newer, at=at, swapped=(ServerName("s1"),))
    kept, again = (next(step for step in each.steps if isinstance(step, Holdout)) for each in (approved, newer))
    done = len(approved.steps[: approved.steps.index(approved.step(at)) + 1])
    rest, planned = (
        [step for step in steps if isinstance(step, Console) and step.number == "B2"]
        for steps in (body.steps[done:], newer.steps)
    )
    assert [step.wave for step in rest] == [2, 3], "the waves 0 and 1 were"
    assert rest[0].holds == planned[0].holds
    assert again.id in planned[1].holds
    assert rest[1].holds == tuple(kept.id if each == again.id else each for each in planned[1].holds)
    assert again.id not in {step.id for step in body.steps}


def test_a_list_is_copied_once_and_each_copy_is_deleted(make):
    """The copy that was made serves the rest; one for another list is made then. Both are in the amended plan."""
    lists = [make.server_list("L", "s1", "s2"), make.server_list("M", "s1", "s2")]
    site = make.site("s1", "s2", lists=lists)
    groups = (make.group("G", server_list="M"), make.group("H", server_list="L"))

    def planned(*, g_is_stuck, after=0):
        clients = [make.client("c1", build="14.2.1.0" if g_is_stuck else "14.3.9816.7000")]
        clients.append(make.client("d1", "H", build="14.2.1.0"))
        return make.plan(site, *groups, clients=clients, after=after).body

    approved = planned(g_is_stuck=False)
    newer = planned(g_is_stuck=True, after=approved.last_number)
    at = make.step_of(approved, "A8")
    body = amend(approved, newer, at=at, swapped=())
    works = [step.work for step in body.steps if isinstance(step, Console)]
    assert [work.source_list for work in works if isinstance(work, CopyList)] == ["L", "M"]
    assert sorted(work.list[:1] for work in works if isinstance(work, DeleteList)) == ["L", "M"]
    assert {copy.source for copy in body.copies} == {"L", "M"}
    alone = amend(newer, approved, at=make.step_of(newer, "A8"), swapped=())
    assert {copy.source for copy in alone.copies} == {"L", "M"}, "a copy that nobody needs any more is one"


def test_names_and_partners_of_the_approved_plan_stay(plans, make):
    """Clients that were left out by name stay so; paused partners are resumed, although now the site has none."""
    approved, newer = plans()
    first, second = ({"id": name, "name": name.upper(), "group": "G", "reason": "away"} for name in ("c8", "c9"))
    approved = PlanBody.model_validate({**dict(approved), "left_out": [first]})
    newer = PlanBody.model_validate({**dict(newer), "left_out": [second], "replication_partners": []})
    body = amend(approved, newer, at=make.step_of(approved, PAUSED), swapped=())
    assert [each.id for each in body.left_out] == ["c8", "c9"]
    assert body.replication_partners == ("Linz",)


def test_the_waves_of_the_rest_follow_those_that_were(make, plans):
    """A wave's number marks what belongs together in it: the rest has other numbers than what was done."""
    approved, newer = plans(only=["s2", "s3"])
    at = make.step_of(approved, "recheck")
    body = amend(approved, newer, at=at, swapped=(ServerName("s1"),))
    done = approved.steps.index(approved.step(at)) + 1
    assert max(step.wave for step in body.steps[:done]) < min(step.wave for step in body.steps[done:])


def test_clients_that_only_the_amendment_leaves_out_are_found(make, plans):
    """Whom two persons left out at the start needs none again; a client that is new among them does."""
    approved, newer = plans()
    old, new = (LeftOut(id=ClientId(each), name=each, group="G", reason="away") for each in ("c7", "c8"))
    approved, newer = (
        body.model_copy(update={"left_out": left}) for body, left in ((approved, (old,)), (newer, (old, new)))
    )
    amended = amend(approved, newer, at=make.step_of(approved, PAUSED), swapped=())
    assert amended.left_out == (old, new)
    assert newly_left_out(approved, amended) == (new,)
    assert newly_left_out(amended, amend(amended, approved, at=make.step_of(amended, PAUSED), swapped=())) == ()


def test_an_amendment_relaxes_more_where_a_group_that_failed_over_is_relaxed(plans):
    """Only then a person may have its clients taken on trust instead."""
    approved, newer = plans()
    assert (relaxes_more(approved, newer), relaxes_more(newer, approved), relaxes_more(newer, newer)) == (
        True,
        False,
        False,
    )
