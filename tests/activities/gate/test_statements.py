"""What ends a gate of a site without REST, and what it still holds by before a swap."""

from datetime import timedelta

import pytest

from activities.gate.statements import Statements, by_export
from emulator.scenarios import one_server
from engine.contract import GateRequest, StateCoverageRequest, StepRef
from rotation.console.statement import Statement
from rotation.plan.step import Gate, GatePurpose, ScopeName
from rotation.proof.verdict import ClientEvidence, Judgement, Reason, RosterEntry, Verdict
from rotation.running.wait import GateReading
from rotation.site import Limits
from rotation.values import ClientId, GroupId
from service.scope import scope_of
from simulation.drawn.scenario import OfflinePeople, Scenario
from simulation.played.stage import SITE, Stage

HOUR = timedelta(hours=1)
ENTRY = RosterEntry(id=ClientId("any"), name="any", group_id=GroupId("G"), owner=GroupId("G"), observed=None)


@pytest.fixture
async def stage():
    """A rotation at the console that has begun; its clients were exported when it was planned."""
    spec = one_server(clients=4, heartbeat=HOUR)
    async with Stage(Scenario(seed=1, spec=spec, at_console=OfflinePeople(), limits=Limits(purge_after=None))) as made:
        yield made


@pytest.fixture
async def gate(stage):
    """Its gate A8."""
    plan = await stage.plan()
    state = await stage.begin(plan)
    step = next(each for each in plan.body.steps if isinstance(each, Gate) and each.scope is ScopeName.RELAXED)
    assert step.purpose is GatePurpose.RELAXED
    ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)

    return GateA8(stage, ref, step)


class GateA8:
    """Gate A8 of a rotation, read as if all its clients were covered."""

    def __init__(self, stage, ref, step):
        self._stage, self.ref, self.step = stage, ref, step

    async def asks(self, opened_at=None, entries=("any",)):
        """What people are asked for; None when it is reached."""
        full = GateReading.model_validate(
            {"taken_at": self._stage.clock.now(), "total": 4, "covered": 4, "safe": 0, "waiting": 0}
            | {"left_out": 0, "by_reason": {}, "reached": True}
        )
        scope = await scope_of(self._stage.world, self.ref)
        request = GateRequest(ref=self.ref, opened_at=opened_at)
        entries = [ENTRY for _ in entries]
        read = await by_export(self._stage.world, scope, request, full, entries)
        assert read.reached == (read.asks is None)
        return read.asks.text if read.asks else None


async def test_an_export_from_before_the_minimum_ends_no_gate(stage, gate):
    """Even with every client covered, a gate wants a look at the console after it, by an export or by two persons."""
    opened_at = stage.clock.now()
    stage.clock.leap_to(opened_at + gate.step.minimum)
    assert "is older than its minimum" in (await gate.asks(opened_at))
    await stage.console.export(stage.clock.now())
    assert await gate.asks(opened_at) is None
    reopened_at = stage.clock.now()
    stage.clock.leap_to(reopened_at + gate.step.minimum)
    assert await gate.asks(reopened_at) is not None
    for at, ends in ((reopened_at + gate.step.minimum - HOUR, False), (stage.clock.now(), True)):
        word = Statement(
            rotation_id=gate.ref.rotation_id,
            gate=gate.ref.step,
            stated_by="ann",
            approved_by="eve",
            why="seen",
            evidence={},
            at=at,
        )
        await stage.store.console.state(word)
        assert (await gate.asks(reopened_at) is None) == ends


async def test_before_a_swap_an_export_of_the_last_day_is_wanted(stage, gate):
    """A gate that was passed still holds by what is known today; the refusal says what to do."""
    assert await gate.asks() is None
    stage.clock.leap_to(stage.clock.now() + 25 * HOUR)
    assert "upload a newer one, then claim again" in (await gate.asks())
    await stage.console.export(stage.clock.now())
    assert await gate.asks() is None


async def test_a_gate_without_clients_does_not_end_while_clients_are_in_groups_that_no_document_describes(stage, gate):
    """They may be its clients. An export that shows them in groups of the document ends it, or two persons."""
    assert await gate.asks(entries=()) is None
    clients = [each.observed for each in await stage.store.roster.entries(SITE, None)]
    strays = [each.model_copy(update={"group_id": GroupId("X")}) for each in clients]
    await stage.store.roster.update(SITE, stage.clock.now(), None, strays)
    assert await gate.asks() is None
    asked = await gate.asks(entries=())
    assert "shows no client in the groups of this gate" in asked
    assert all(each.name in asked for each in clients)
    word = Statement(
        rotation_id=gate.ref.rotation_id,
        gate=gate.ref.step,
        stated_by="ann",
        approved_by="eve",
        why="seen",
        evidence={},
        at=stage.clock.now(),
    )
    await stage.store.console.state(word)
    assert await gate.asks(entries=()) is None


@pytest.fixture
def stated(stage, gate):
    """What two persons state of gate A8, in which four clients have no proof; what comes of it, and who is covered."""

    async def states(*missing):
        store, at = stage.store, stage.clock.now()
        roster = await store.roster.entries(SITE, None)
        kept = await store.coverage.evidence(gate.ref.rotation_id, gate.step.id)
        waiting = [
            Judgement(
                client=each.id,
                verdict=Verdict.WAITING,
                reason=Reason.OLD_POLICY,
                evidence=ClientEvidence(client=each.id),
            )
            for each in roster
            if each.id not in kept
        ]
        await store.coverage.save(gate.ref.rotation_id, gate.step.id, waiting, at)
        stage.clock.leap_to(at + HOUR)
        request = StateCoverageRequest(
            ref=gate.ref,
            evidence={"missing": ", ".join(missing)},
            stated_by="ann",
            approved_by="eve",
            why="seen",
            stated_at=stage.clock.now(),
        )
        answer = await Statements(stage.world).state_coverage(request)
        names = {each.id: each.name for each in roster}
        covered = await store.coverage.covered(gate.ref.rotation_id, [gate.step.id])
        return answer, sorted(names[each] for each in covered), sorted(names.values())

    return states


async def test_a_later_statement_takes_back_an_earlier_one_about_a_client(stated):
    """Two persons had forgotten a client that is away: the gate waits for it again, and for no other."""
    _, covered, everyone = await stated()
    assert covered == everyone
    _, covered, _ = await stated(everyone[1].lower())
    assert covered == [name for name in everyone if name != everyone[1]]


@pytest.mark.parametrize("second", ["PC-9", None])
async def test_a_statement_with_a_name_that_fits_no_client_covers_none(stage, gate, stated, second):
    """The site has no client of that name, or the statement has one client twice: which other one was meant?"""
    everyone = (await stated("PC-9"))[2]
    again = second or everyone[0].lower()
    answer, covered, _ = await stated(everyone[0], again)
    assert (answer.count, covered) == (0, [])
    assert (answer.unknown, answer.repeated) == (((again,), ()) if second else ((), (everyone[0], again)))
    assert await stage.store.console.statements(gate.ref.rotation_id) == ()
