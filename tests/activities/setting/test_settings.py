"""Writes of settings whose answer is lost, or that a crash cut off: each is made once, and what came of it is noted."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from activities.setting.grounds import ground_of
from activities.setting.settings import SettingsWriter, location_by_location
from emulator.scenarios import one_server
from emulator.simulation import SettingsWrite
from emulator.spec import DEFAULT_LIST
from engine.contract import StepRef, WriteRequest
from rotation.drift.judged_drift import JudgedDrift, NamedDrift, Repair
from rotation.plan.step import SettingField, Write
from rotation.site import Limits
from rotation.survey import Pair
from rotation.values import GroupId, LocationId
from service.scope import WantedPair, scope_of
from simulation.drawn.scenario import Scenario
from simulation.played.sepm import RestLine, kept_client
from simulation.played.stage import Stage
from store.rotation.write_rows import WriteOutcome
from tests.proof.begun_step import begin_step


class LosingLine(RestLine):
    """A way to SEPM on which answers to writes are lost: for each, whether SEPM carries it out all the same."""

    losses: tuple[bool, ...] = ()

    async def send(self, call):
        """One call."""
        if call.method != "PATCH" or not self.losses:
            return await super().send(call)
        carried_out, *left = self.losses
        self.losses = tuple(left)
        if carried_out:
            await super().send(call)
        raise httpx.ReadError("connection reset")


class Writing:
    """A rotation that is about to assign the HTTP list."""

    def __init__(self, stage: Stage, line: LosingLine, request: WriteRequest) -> None:
        self.stage = stage
        self.line = line
        self.request = request

    async def write(self):
        """The step's own activity."""
        return await SettingsWriter(self.stage.world).write_settings(self.request)

    async def noted(self):
        """What is noted of each write."""
        return [
            (each.attempt, each.outcome) for each in await self.stage.store.writes.written(self.request.ref.rotation_id)
        ]

    def counts(self):
        """How often SEPM carried each write out."""
        return [each.count for each in self.stage.simulation.effects.report() if each.kind == "rest.sem_server"]


@pytest.fixture
async def writing():
    """The first write of a rotation of one server."""
    limits = Limits(relax_floor=timedelta(0), purge_after=None)
    stage = Stage(Scenario(seed=1, spec=one_server(clients=8, heartbeat=timedelta(minutes=5)), limits=limits))
    line = LosingLine(stage.simulation, stage.clock)
    client = kept_client(stage.site, stage.connection, line, stage.clock)
    stage.world = replace(stage.world, client=client)
    async with stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        step = next(each for each in plan.body.steps if isinstance(each, Write))
        assert step.field is SettingField.SERVER_LIST
        copy = plan.body.copies[0]
        stage.simulation.console.copy_list(copy.source, copy.copy_name)
        ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)
        await begin_step(stage.store, ref, stage.clock.now())
        yield Writing(stage, line, WriteRequest(ref=ref, field=step.field, restores=False))


@pytest.mark.parametrize("carried_out", [True, False])
async def test_a_write_whose_answer_is_lost_is_made_once(writing, carried_out):
    """Reading back tells whether SEPM carried it out; when not, it is sent once more, and no person is asked."""
    writing.line.losses = (carried_out,)
    answer = await writing.write()
    assert (answer.refused, answer.already) == (0, 0)
    assert writing.counts() == [1] * answer.written
    assert set(await writing.noted()) == {(1, WriteOutcome.APPLIED)}


async def test_a_write_that_is_lost_again_and_again_is_left_to_a_person(writing):
    """Twice lost and not carried out: the pair counts as refused, and the reason says how it was lost."""
    writing.line.losses = (False, False)
    answer = await writing.write()
    assert answer.refused == 1
    assert "no answer" in answer.reason
    assert (1, WriteOutcome.NO_EFFECT) in await writing.noted()


async def test_a_write_that_a_crash_cut_off_is_noted_as_made(writing):
    """Sent and carried out, and then the worker died: tried again, nothing is sent again, and the note is completed."""
    stage, ref = writing.stage, writing.request.ref
    scope = await scope_of(stage.world, ref)
    first = (await scope.wanted(writing.request.field, restores=False))[0]
    now = stage.clock.now()
    await stage.store.writes.record_write(
        ground_of(ref), first.pair, first.field, value=first.value, at=now, policy_date_before=now
    )
    stage.simulation.write_settings(first.group_path, first.location_name, SettingsWrite(server_list=first.server_list))

    answer = await writing.write()

    assert (answer.already, answer.refused) == (1, 0)
    assert writing.counts() == [1] * (answer.written + 1)
    assert await writing.noted() == [(1, WriteOutcome.APPLIED)] * (answer.written + 1)


async def test_what_was_put_right_is_not_put_right_again_for_the_same_look(writing):
    """Its request comes once more when the pair is otherwise again: nothing is written, there is an alarm."""
    stage, ref = writing.stage, writing.request.ref
    await writing.write()
    first = (await (await scope_of(stage.world, ref)).wanted(writing.request.field, restores=False))[0]
    named = NamedDrift(code="list-drift", subject=first.name, message="", matters=True, blocks=True)
    repair = Repair(write=ref.step, pair=first.pair, shows=DEFAULT_LIST, by_hand=named)
    judged = JudgedDrift(named=named, found="", repair=repair)
    found = await stage.store.found.keep(ref.rotation_id, [judged], at=stage.clock.now())
    request = writing.request.model_copy(update={"found": found})

    def undo():
        stage.simulation.console.assign_list(DEFAULT_LIST, first.group_path, first.location_name)

    undo()
    once = await SettingsWriter(stage.world).write_settings(request)
    undo()
    again = await SettingsWriter(stage.world).write_settings(request)
    assert (once.written, again.written, again.repaired) == (1, 0, ())
    assert (await stage.store.trail.list(ref.site_id))[-1].kind == "write-refused"
    newer = await stage.store.found.keep(ref.rotation_id, [judged], at=stage.clock.now())
    assert newer != found
    after = request.model_copy(update={"found": newer})
    assert (await SettingsWriter(stage.world).write_settings(after)).written == 1


def test_settings_are_written_location_by_location():
    """A site of many groups waits for no second between the two locations of each."""

    def wanted(group, location):
        pair = Pair(group_id=GroupId(group), location_id=LocationId(location))
        return WantedPair(pair=pair, group_path=group, location_name=location, field=SettingField.SERVER_LIST)

    names = [("A", "1"), ("A", "2"), ("B", "1"), ("C", "1"), ("C", "2")]
    ordered = location_by_location(wanted(*each) for each in names)
    assert [(each.group_path, each.location_name) for each in ordered] == [
        ("A", "1"),
        ("B", "1"),
        ("C", "1"),
        ("A", "2"),
        ("C", "2"),
    ]


async def test_nothing_is_written_while_a_server_presents_another_certificate_than_the_rotation_left(writing):
    """A write that is tried again for hours, since SEPM was silent, looks at the servers each minute (rule 12b)."""
    simulation, clock = writing.stage.simulation, writing.stage.clock
    simulation.console.generate_certificate("SEPM-1")
    clock.leap_to(clock.now() + timedelta(hours=1))
    looking = writing.request.model_copy(update={"swapped": ()})
    answer = await SettingsWriter(writing.stage.world).write_settings(looking)
    assert (answer.new_certificate_at, answer.written) == ("SEPM-1", 0)
    assert writing.counts() == []
    assert (await writing.write()).written > 0, "a write that relaxes is not held up"
