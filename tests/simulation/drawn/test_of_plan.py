"""Playing a registered site's plan: the site as it was surveyed, and by chance what no survey tells."""

from datetime import timedelta

import pytest

from emulator.events.site_events import ServerCutOff
from emulator.simulation import Simulation
from emulator.switches import SecureCommunicationsScope
from rotation.plan.plan_with_site import unplayable
from service.plans.surveyed import surveyed_plan
from simulation.drawn.faults import Faults
from simulation.drawn.of_plan import CannotBePlayedError, of_plan
from simulation.drawn.scenario import START
from simulation.judged.report import report
from simulation.played.many import play_many
from simulation.played.stage import Stage
from simulation.subject import by_plan

HEARTBEAT, JITTER = timedelta(hours=1), timedelta(minutes=10)
SEEDS = range(4)


def shape(survey):
    """What a survey says of groups, without the dates of their policies."""
    return {(group.id, group.path, group.inherits, group.locations) for group in survey.groups}


def silences(of):
    """How long each client has been silent."""
    return {client.id: of.as_of - client.last_seen for client in of.clients}


def known(of):
    """What is known of each client beside when it was seen."""
    return {(client.id, client.name, client.group_id, client.build) for client in of.clients}


def approved_steps(reported):
    """The digest of the approved plan's steps."""
    return reported.played.steps_sha256


def name_of(batch):
    """What the one client of a batch is called."""
    return batch.machine.name


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_simulated_site_is_surveyed_as_the_real_one_was(surveyed, seed):
    """Groups, settings, clients with id, name, build and last seen are the same; and so is the plan that is made."""
    async with Stage(of_plan(surveyed, seed, Faults.NONE)) as stage:
        plan = await stage.plan()
        again = await surveyed_plan(stage.store, plan.id, most=1000)
    assert shape(again.survey) == shape(surveyed.survey)
    assert again.site == surveyed.site
    assert known(again) == known(surveyed)
    before, now = silences(surveyed), silences(again)
    moved = [abs(now[client] - before[client]) for client in before]
    # a client that was last seen almost a heartbeat ago may have come again
    assert max(min(each, abs(HEARTBEAT - each)) for each in moved) <= JITTER + timedelta(seconds=1)
    assert plan.trusted == surveyed.plan.trusted


async def test_a_plan_is_played_as_approved_and_the_same_seed_tells_the_same(surveyed):
    """The planner makes the approved plan from the simulated survey; two plays of a seed are the same JSON."""
    subject = by_plan(surveyed, 1000)
    first, second = [await play_many(subject, Faults.UNKNOWN, (3,), lambda: None) for _ in range(2)]
    reported = report(subject.described, Faults.UNKNOWN, first)
    assert reported.model_dump_json() == report(subject.described, Faults.UNKNOWN, second).model_dump_json()
    assert first[0].steps_sha256 == approved_steps(reported)
    assert first[0].behaviour == subject.scenario(3, Faults.UNKNOWN).spec.switches.model_dump(
        mode="json", exclude_defaults=True
    )
    assert (reported.differs, reported.outcomes, reported.lost_by_the_rotation) == ((), {"completed": 1}, 0)
    assert reported.again == {3: f"rotator simulate --plan {surveyed.plan.id} --clients 1000 --faults unknown --seed 3"}


async def test_another_plan_than_the_approved_is_named(surveyed):
    """Where the site's limits were changed since, and a client moved on, the findings say what is planned otherwise."""
    limits = surveyed.site.limits.model_copy(update={"relax_floor": timedelta(hours=72)})
    changed = surveyed.model_copy(update={"site": surveyed.site.model_copy(update={"limits": limits})})
    subject = by_plan(changed, 1000)
    reported = report(subject.described, Faults.NONE, await play_many(subject, Faults.NONE, (1,), lambda: None))
    assert [(each.finding.code, each.runs) for each in reported.differs] == [("steps-differ", 1)]
    assert "A8" in reported.differs[0].finding.message
    assert reported.worst[0].steps_sha256 != approved_steps(reported)


def test_who_was_last_seen_days_ago_is_away(surveyed):
    """For as long as it has been silent, and still now; the others are there."""
    for seed in SEEDS:
        batches = {name_of(batch): batch for batch in of_plan(surveyed, seed, Faults.NONE).spec.clients}
        for name, days in (("LEAVE-0001", 12), ("WEEK-0001", 7)):
            leaves, returns = batches[name].away[0]
            assert timedelta(days=-days) - timedelta(hours=2) < leaves < timedelta(days=-days) + timedelta(hours=8)
            assert returns > timedelta(0)
        assert all(begin > timedelta(0) for begin, _ in batches["PC-0001"].away)


def test_what_is_unknown_is_drawn_from_the_seed(surveyed):
    """Returns, locations, pace and restarts are the same for a seed, and others for another one."""
    assert of_plan(surveyed, 1, Faults.UNKNOWN) == of_plan(surveyed, 1, Faults.UNKNOWN)
    drawn = [of_plan(surveyed, seed, Faults.UNKNOWN) for seed in range(12)]
    assert len({each.pace for each in drawn}) == 2
    assert len({batch.location for each in drawn for batch in each.spec.clients if "OLD" in name_of(batch)}) == 2
    assert len({each.spec.clients[-1].away for each in drawn}) > 2
    assert len({each.spec.servers[0].restart_time for each in drawn}) > 2


def test_what_was_seen_rules_out_how_sepm_may_behave(surveyed):
    """Locations of one group differ in secure communications here: the setting cannot be the whole group's."""
    drawn = [of_plan(surveyed, seed, Faults.UNKNOWN).spec for seed in range(12)]
    assert {each.switches.secure_communications_scope for each in drawn} == {SecureCommunicationsScope.LOCATION}
    assert all(not each.groups[1].locations[1].secure_communications for each in drawn)


def test_a_server_that_answered_nothing_goes_on_so(surveyed):
    """It is cut off from the product from the start; whether clients reach it is drawn."""
    served = tuple(
        each.model_copy(update={"fingerprint": None}) if each.server == "SEPM-2" else each
        for each in surveyed.survey.served
    )
    silent = surveyed.model_copy(update={"survey": surveyed.survey.model_copy(update={"served": served})})
    happened = [of_plan(silent, seed, Faults.NONE).site_events[0].site_event for seed in range(12)]
    cut = [each for each in happened if isinstance(each, ServerCutOff) and each.server == "SEPM-2"]
    assert len(cut) == 12
    assert all(each.from_product for each in cut)
    assert {each.from_clients for each in cut} == {True, False}


def test_a_second_domain_is_played_as_one(surveyed):
    """Its groups are those of another domain in the emulated site too."""
    root = next(group for group in surveyed.survey.groups if group.path == "My Company")
    other = root.model_copy(update={"id": "9" * 32, "path": "Branches: My Company", "domain_id": "8" * 32})
    groups = (*surveyed.survey.groups, other)
    several = surveyed.model_copy(update={"survey": surveyed.survey.model_copy(update={"groups": groups})})
    site = Simulation(of_plan(several, 1, Faults.NONE).spec, START).site
    assert [domain.name for domain in site.domains] == ["Default", "Branches"]
    assert site.groups["9" * 32].path == "Branches: My Company"


def test_what_the_emulator_cannot_be_is_refused(surveyed):
    """Two groups of one name, and a plan that puts settings back: with the plan, the reason and what to do instead."""
    doubled = (*surveyed.survey.groups, surveyed.survey.groups[-1].model_copy(update={"domain_id": "OTHER"}))
    unclear = surveyed.model_copy(update={"survey": surveyed.survey.model_copy(update={"groups": doubled})})
    with pytest.raises(CannotBePlayedError, match="two groups are named"):
        of_plan(unclear, 1, Faults.NONE)
    body = surveyed.plan.body.model_copy(update={"purpose": "restore"})
    restoring = surveyed.model_copy(update={"plan": surveyed.plan.model_copy(update={"body": body})})
    with pytest.raises(CannotBePlayedError, match="plan of a rotation"):
        of_plan(restoring, 1, Faults.NONE)
    doubled = surveyed.site.model_copy(update={"servers": surveyed.site.servers * 2})
    with pytest.raises(CannotBePlayedError, match="server named twice"):
        of_plan(surveyed.model_copy(update={"site": doubled}), 1, Faults.NONE)


@pytest.mark.parametrize(
    ("purpose", "paths", "code"),
    [
        ("restore", ["My Company"], "no-rotation"),
        ("rotate", ["My Company", "My Company\\A", "My Company\\A"], "groups-of-one-name"),
        ("rotate", ["Branch"], "no-root-group"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_cannot_be_played_is_refused(surveyed, purpose, paths, code):
    """Only the plan of a rotation, of groups with different names, below the top one."""
    top = surveyed.survey.groups[0]
    groups = tuple(top.model_copy(update={"path": path, "inherits": False}) for path in paths)
    body = surveyed.plan.body.model_copy(update={"purpose": purpose})
    other = surveyed.model_copy(
        update={
            "survey": surveyed.survey.model_copy(update={"groups": groups}),
            "plan": surveyed.plan.model_copy(update={"body": body}),
        }
    )
    assert [finding.code for finding in unplayable(other)] == [code]
    with pytest.raises(CannotBePlayedError):
        of_plan(other, 1, Faults.NONE)
