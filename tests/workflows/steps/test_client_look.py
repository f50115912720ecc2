"""One client of each build is looked at before a replacement: what is asked, and every way out."""

import json
from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from emulator.spec import ClientSpec, ListSpec, Protocol, ServerSpec
from rotation.plan.work.client_look import LookAtClients
from rotation.running.message import Move
from rotation.running.state import Outcome
from simulation.drawn.scenario import WorkPace

HEARTBEAT = timedelta(minutes=5)
OTHER, CURRENT = "14.3.5413.3000", "14.3.9816.7000"
DAYS = timedelta(days=2)


def site(list_lag=timedelta(0)):
    """One server, clients of one build, and three of another one that may take their list later or never (None)."""
    spec = one_server(clients=4, heartbeat=HEARTBEAT)
    others = ClientSpec(group=spec.clients[0].group, count=3, prefix="OTHER", build=OTHER, list_lag=list_lag)
    return spec.model_copy(update={"clients": (*spec.clients, others)})


def relaxed_at_two_servers():
    """Two servers whose clients are all relaxed, since some of them do not fail over (14.2)."""
    spec = one_server(clients=4, heartbeat=HEARTBEAT)
    older = ClientSpec(group=spec.clients[0].group, count=2, prefix="OLDER", build="14.2.3335.1000")
    servers = (*spec.servers, ServerSpec(name="SEPM-2"))
    return spec.model_copy(update={"servers": servers, "clients": (spec.clients[0], older)})


def looks(here):
    """The tasks to look at clients that were opened."""
    return [task for task in here.stage_tasks if isinstance(task.work, LookAtClients)]


async def played_to_its_end(played, *deeds, **fields):
    """The rotation with its tasks, and its outcome."""
    async with played.play(*deeds, **fields) as here:
        outcome = await here.run()
        here.stage_tasks = await here.stage.store.tasks.list()
    return here, outcome


async def test_a_site_of_one_build_is_not_asked(played):
    """The step is passed without a task, and the trail says why."""
    here, outcome = await played_to_its_end(played, spec=one_server(clients=4, heartbeat=HEARTBEAT))
    assert (outcome, looks(here)) == (Outcome.COMPLETED, [])
    assert sum("no group has clients of two builds" in event.message for event in here.trail) == 2


async def test_one_client_of_each_build_before_the_replacement_and_before_clients_verify(played):
    """Twice, of two builds each; lists came with their policies, as the age of files shows, so no wait is behind it."""
    here, outcome = await played_to_its_end(played, spec=site())
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    assert [len(task.work.builds) for task in looks(here)] == [2, 2]
    first = looks(here)[0]
    swap = next(task for task in here.stage_tasks if task.work.kind == "replace_certificate")
    assert swap.opened_at == first.closed_at
    assert "client-list" not in {code for code, _ in here.asked}
    assert "sylink" not in "".join(first.attestation.values())


async def test_the_age_of_a_file_shows_nothing_where_a_location_keeps_its_list(played):
    """The client looked at may have held that list all along: the others have two check-ins, as if none was stated."""
    spec, plain = site(), ListSpec(name="Plain", protocol=Protocol.HTTP, priorities=(("SEPM-1",),))
    root = spec.groups[0]
    lab = root.locations[0].model_copy(update={"name": "Lab", "server_list": plain.name})
    groups = (root.model_copy(update={"locations": (*root.locations, lab)}), *spec.groups[1:])
    kept = spec.model_copy(update={"groups": groups, "server_lists": (*spec.server_lists, plain)})
    here, outcome = await played_to_its_end(played, spec=kept)
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    swap = next(task for task in here.stage_tasks if task.work.kind == "replace_certificate")
    assert swap.opened_at > looks(here)[0].closed_at + HEARTBEAT


async def test_an_old_list_holds_the_replacement_until_it_has_come(played):
    """A person is asked at the first look, and looks again until the list is there."""
    slow = WorkPace(first=timedelta(hours=4), last=timedelta(hours=8), work=timedelta(minutes=2))
    here, outcome = await played_to_its_end(played, spec=site(DAYS), pace=slow)
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    assert "client-list" in {code for code, _ in here.asked}
    shown = next(event.message for event in here.trail if event.data.get("code") == "client-list")
    assert "when nothing else than SEPM gives clients a Sylink.xml any more" in shown


async def test_two_persons_leave_a_build_out_by_name(played):
    """Its clients never take the list: they are counted no more, and each of them is lost with open eyes."""
    asked = played.asked("client-list")
    deeds = played.in_turn(
        played.Deed(asked, lambda here: here.say(Move.PROCEED, "ann", "they are to go anyway")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    here, outcome = await played_to_its_end(played, *deeds, spec=site(None))
    assert outcome is Outcome.COMPLETED
    assert all(deed.answer.accepted for deed in deeds)
    assert {name.partition(":")[0] for name in here.lost()} == {"OTHER-0001", "OTHER-0002", "OTHER-0003"}
    adopted = [event.message for event in here.trail if event.kind == "adopted"]
    assert adopted == [
        f"{OTHER[:9]} on Windows, over HTTP: 3 clients are left out, by ann and eve: they are to go anyway"
    ]


async def test_a_first_wish_is_dropped_where_the_second_person_wants_another_look(played):
    """One person alone leaves no client out."""
    deeds = played.in_turn(
        played.Deed(played.asked("client-list"), lambda here: here.say(Move.PROCEED, "ann", "go on")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.RETRY, "eve")),
        played.Deed(played.asked("client-list"), lambda here: here.say(Move.CANCEL, "ann", "look into it first")),
    )
    here, outcome = await played_to_its_end(played, *deeds, spec=site(None))
    assert (outcome, here.lost()) == (Outcome.CANCELLED, [])


async def test_who_is_not_looked_at_for_a_day_is_asked_about(played):
    """Where no client was looked at, none can be left out: that would be all of them."""
    deed = played.Deed(played.asked("client-list"), lambda here: here.say(Move.CANCEL, "ann", "nobody has time"))
    async with played.play(deed, spec=site()) as here:
        here.leaving = {"look_at_clients"}
        outcome = await here.run()
    assert outcome is Outcome.CANCELLED
    attention = played.attention(deed.saw, "client-list")
    assert attention.options == (Move.RETRY, Move.CANCEL)
    assert "no operator has reported for a day" in attention.message


async def test_a_person_is_asked_each_day_while_dates_of_signed_files_are_lacking(played):
    """Clients of each build were looked at, and the dates that the same task asks for do not come."""

    def compares(state):
        return state.swapped and played.work_of(state) == "look_at_clients"

    def tell(*, dated):
        async def say(here):
            task = await here.stage.store.tasks.get(here.state.task.id)
            held = json.dumps(here.hands.looked_at([each.client for each in task.work.builds]))
            evidence = here.hands.dates_of(task.work.compares) if dated else {"clients": held}
            return here.say(Move.TASK_DONE, "bob", task_id=task.id, attestation=evidence)

        return say

    deeds = played.in_turn(
        played.Deed(compares, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(compares, tell(dated=False)),
        first := played.Deed(played.asked("client-list"), lambda here: here.say(Move.RETRY, "ann")),
        again := played.Deed(played.asked("client-list"), lambda here: here.say(Move.RETRY, "ann")),
        played.Deed(compares, tell(dated=True)),
    )
    async with played.play(*deeds, spec=site()) as here:
        here.absent = lambda state: compares(state) and not deeds[-1].done
        outcome = await here.run()

    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    asked = played.attention(again.saw, "client-list")
    assert "no operator has reported right dates of .SIG files for a day" in asked.message
    assert Move.PROCEED not in asked.options, "two persons leave clients out, and no comparison"
    assert first.answer.accepted


async def test_a_look_is_reported_in_parts_and_lies_are_refused(played):
    """Each build counts when it is reported; what speaks against a report names the client."""

    def open_look(state):
        return played.work_of(state) == "look_at_clients"

    def tell(*builds, **changes):
        async def say(here):
            task = await here.stage.store.tasks.get(here.state.task.id)
            looks = here.hands.looked_at([each.client for each in task.work.builds if each.label[:9] in builds])
            evidence = {"clients": json.dumps([each | changes for each in looks])}
            return here.say(Move.TASK_DONE, "bob", task_id=task.id, attestation=evidence)

        return say

    deeds = played.in_turn(
        played.Deed(open_look, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(open_look, tell(OTHER[:9], protocol="HTTPS")),
        played.Deed(open_look, tell()),
        played.Deed(open_look, tell(OTHER[:9])),
        played.Deed(open_look, tell(CURRENT[:9])),
    )
    async with played.play(*deeds, spec=site()) as here:
        here.absent = lambda state: open_look(state) and not deeds[-1].done
        outcome = await here.run()
    codes = [deed.answer.findings[0].code for deed in deeds[1:-1]]
    assert codes == ["client-list-old", "client-look-unread", "client-not-looked-at"]
    assert deeds[-1].answer.accepted
    assert outcome is Outcome.COMPLETED


async def test_a_look_that_is_given_back_as_done_has_shown_no_client(played):
    """A roll-back is wanted, the task is reported done, and a person has the rotation finish: it is asked again."""

    def looks_after_the_swap(state):
        return state.swapped and played.work_of(state) == "look_at_clients"

    deeds = played.in_turn(
        played.Deed(looks_after_the_swap, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(looks_after_the_swap, lambda here: here.say(Move.ROLL_BACK, "ann")),
        played.Deed(
            lambda state: state.withdrawing,
            lambda here: here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id),
        ),
        played.Deed(played.asked("roll-back"), lambda here: here.say(Move.FINISH, "eve")),
    )
    async with played.play(*deeds, spec=site()) as here:
        here.absent = lambda state: looks_after_the_swap(state) and not deeds[-1].done
        outcome = await here.run()
        tasks = [task for task in await here.stage.store.tasks.list() if isinstance(task.work, LookAtClients)]
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    assert [bool(task.attestation.get("clients")) for task in tasks] == [True, False, True]


async def test_a_build_of_which_another_client_holds_an_old_list_is_not_settled_any_more(played):
    """One client is right, the next one is not: who then tells of another build has not shown this one."""
    spec = site(None)
    right = ClientSpec(group=spec.clients[0].group, count=1, prefix="RIGHT", build=OTHER)

    def tell(*names):
        async def say(here):
            ids = {client.name: client.id for client in await here.stage.store.roster.entries(here.stage.site.id)}
            looks = json.dumps(here.hands.looked_at([ids[name] for name in names]))
            return here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id, attestation={"clients": looks})

        return say

    def looks_first(state):
        return played.work_of(state) == "look_at_clients" and not state.swapped

    deeds = played.in_turn(
        played.Deed(looks_first, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(looks_first, tell("RIGHT-0001")),
        played.Deed(looks_first, tell("OTHER-0001")),
        played.Deed(played.asked("client-list"), lambda here: here.say(Move.RETRY, "ann")),
        report := played.Deed(looks_first, tell("PC-0001")),
        played.Deed(lambda state: report.answer and looks_first(state), lambda here: here.say(Move.CANCEL, "ann")),
        played.Deed(
            lambda state: state.withdrawing, lambda here: here.say(Move.TASK_REFUSED, "bob", task_id=here.state.task.id)
        ),
    )
    async with played.play(*deeds, spec=spec.model_copy(update={"clients": (*spec.clients, right)})) as here:
        here.absent = lambda state: looks_first(state) and not deeds[-1].done
        outcome = await here.run()

    assert not report.answer.accepted, "nobody has shown the build since its old list was seen"
    assert outcome is Outcome.CANCELLED
    assert here.lost() == []


async def test_a_build_is_looked_at_once_before_the_servers_of_a_wave(played):
    """What relaxed clients hold stays until they verify again: the second server of the wave asks for no look."""
    here, outcome = await played_to_its_end(played, spec=relaxed_at_two_servers())
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    assert [task.work.verifying for task in looks(here)] == [False, True]
    swaps = [task for task in here.stage_tasks if task.work.kind == "replace_certificate"]
    assert len(swaps) == 2


async def test_a_build_of_which_a_client_came_since_is_looked_at_again(played):
    """A computer is put back to an old image between the look and the next server: what it holds was not looked at."""

    def swaps_first(state):
        return played.work_of(state) == "replace_certificate" and not state.swapped

    def reimage(here):
        here.stage.simulation.machines.reimage("OLDER-0002", image_age=timedelta(days=30))

    deeds = played.in_turn(
        played.Deed(swaps_first, reimage, after=timedelta(minutes=1)),
        ready := played.Deed(swaps_first, lambda _: None, after=12 * HEARTBEAT),
    )
    async with played.play(*deeds, spec=relaxed_at_two_servers()) as here:
        here.absent = lambda state: swaps_first(state) and not ready.done
        outcome = await here.run()
        tasks = [task.work for task in await here.stage.store.tasks.list() if isinstance(task.work, LookAtClients)]

    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    assert [work.verifying for work in tasks] == [False, False, True]
    assert [build.label.partition(" ")[0] for build in tasks[1].builds] == ["14.2.3335"]


def relaxed_around_two_waves(played):
    """Three servers, of which one is a holdout; beside groups that fail over, one of two builds that is relaxed."""
    spec = played.three()
    old = next(each for each in spec.clients if each.prefix == "OLD")
    newer = ClientSpec(group=old.group, count=2, prefix="NEWER", build=CURRENT)
    return spec.model_copy(update={"clients": (*spec.clients, newer)})


def before_a_swap(here):
    """By look at relaxed clients that was asked for before a replacement: its wave, and the builds."""
    waves = {step.id: step.wave for step in here.body.steps}
    asked = [task for task in looks(here) if task.work.relaxed]
    return [(waves[task.step], [build.label.partition(" ")[0] for build in task.work.builds]) for task in asked]


@pytest.mark.parametrize("keep_relaxed", [True, False])
async def test_clients_that_stay_relaxed_from_wave_to_wave_are_looked_at_once(played, keep_relaxed):
    """They take no list between waves: the next wave asks again only where settings were put back in between."""
    spec = relaxed_around_two_waves(played)
    here, outcome = await played_to_its_end(played, spec=spec, keep_relaxed=keep_relaxed)
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    assert len(here.body.waves) == 2
    assert [wave for wave, _ in before_a_swap(here)] == ([0] if keep_relaxed else [0, 1])


async def test_a_build_of_which_a_client_came_behind_the_last_look_of_a_wave_is_looked_at_in_the_next(played):
    """Clients stay relaxed, and one is put back to an old image while the second server waits: it asks of its build."""

    def swaps_second(state):
        return played.work_of(state) == "replace_certificate" and len(state.swapped) == 1

    def reimage(here):
        here.stage.simulation.machines.reimage("NEWER-0002", image_age=timedelta(days=30))

    deeds = played.in_turn(
        played.Deed(swaps_second, reimage, after=timedelta(minutes=1)),
        ready := played.Deed(swaps_second, lambda _: None, after=12 * HEARTBEAT),
        # its former record stays silent for good, and nothing shows whether it is a client
        played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.PROCEED, "ann", "it is scrap")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    async with played.play(*deeds, spec=relaxed_around_two_waves(played), keep_relaxed=True) as here:
        here.absent = lambda state: swaps_second(state) and not ready.done
        outcome = await here.run()
        here.stage_tasks = await here.stage.store.tasks.list()

    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    (first, builds), (second, again) = before_a_swap(here)
    assert (first, len(builds), second, again) == (0, 2, 1, [CURRENT.rpartition(".")[0]])
