""".SIG files that are compared in one task with those of other servers, or with a look at clients (rule 24c)."""

import json
from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from emulator.spec import ClientSpec, ServerSpec
from rotation.plan.work.task import CompareSignedFiles
from rotation.running.message import Move
from rotation.running.state import Outcome

HEARTBEAT = timedelta(minutes=5)
OTHER = "14.3.5413.3000"


def two_builds():
    """One server, and a group with clients of two builds."""
    spec = one_server(clients=4, heartbeat=HEARTBEAT)
    others = ClientSpec(group=spec.clients[0].group, count=3, prefix="OTHER", build=OTHER)
    return spec.model_copy(update={"clients": (*spec.clients, others)})


def at_two_servers(*builds):
    """Two servers, and a group that is relaxed, since its clients do not fail over."""
    spec = one_server(clients=4, heartbeat=HEARTBEAT)
    clients = [ClientSpec(group=spec.clients[0].group, count=2, prefix=each[:7], build=each) for each in builds]
    return spec.model_copy(update={"servers": (*spec.servers, ServerSpec(name="SEPM-2")), "clients": tuple(clients)})


async def tasks_of(here):
    """What was asked of operators about .SIG files: the kind of task, and the servers."""
    found = [task for task in await here.stage.store.tasks.list() if "certificate" in "".join(task.attestation)]
    works = [task.work for task in found]
    return [
        (work.kind, {*work.others, work.server} if isinstance(work, CompareSignedFiles) else set(work.compares))
        for work in works
    ]


@pytest.mark.parametrize(
    ("spec", "kind", "servers"),
    [
        (one_server(clients=4, heartbeat=HEARTBEAT), "compare_signed_files", 1),
        (two_builds(), "look_at_clients", 1),
        (at_two_servers("14.2.3335.1000"), "compare_signed_files", 2),
        (at_two_servers("14.2.3335.1000", "14.3.9816.7000"), "look_at_clients", 2),
    ],
    ids=["one server, one build", "one server, two builds", "two servers, one build", "two servers, two builds"],
)
async def test_before_relaxed_clients_verify_one_task_compares_all_files(played, spec, kind, servers):
    """With the look at clients where two builds are there; else in a task of its own."""
    async with played.play(spec=spec) as here:
        outcome = await here.run()
        asked = await tasks_of(here)
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    assert asked == [(kind, {each.name for each in spec.servers})]
    assert len(spec.servers) == servers


def compares(state):
    """Whether the task is about .SIG files and clients."""
    return state.task is not None and state.task.look is not None and state.task.look.compares


async def report(here, *, clients=(), dates=False, ago=timedelta(0)):
    """Report the task as done, with what is given: clients of builds, and dates that long before the real ones."""
    task = await here.stage.store.tasks.get(here.state.task.id)
    named = [each.client for each in task.work.builds if each.label.startswith(tuple(clients))]
    evidence = {"clients": json.dumps(here.hands.looked_at(named))} if clients else {}
    if dates:
        files = here.stage.simulation.console.signed_files(task.work.compares[0])
        evidence |= {"certificate": files.certificate.isoformat(), "oldest_sig": (files.oldest - ago).isoformat()}
    return here.say(Move.TASK_DONE, "bob", task_id=task.id, attestation=evidence)


async def test_dates_and_clients_may_be_reported_apart_and_neither_stands_for_the_other(played):
    """Files that the former key has signed are refused, whatever clients hold; what was right is not asked again."""
    claim = played.Deed(compares, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id))
    stale = played.Deed(compares, lambda here: report(here, clients=("14.",), dates=True, ago=timedelta(days=9)))
    only_clients = played.Deed(compares, lambda here: report(here, clients=("14.",)))
    dates = played.Deed(compares, lambda here: report(here, dates=True))
    deeds = played.in_turn(claim, stale, only_clients, dates)
    async with played.play(*deeds, spec=two_builds()) as here:
        here.absent = lambda state: compares(state) and not dates.done
        outcome = await here.run()
        asked = await tasks_of(here)
    assert [deed.answer.findings[0].code for deed in (stale, only_clients)] == [
        "signed-files-stale",
        "signed-files-not-told",
    ]
    assert dates.answer.accepted, "the builds were shown with the first report"
    assert (outcome, here.lost(), len(asked)) == (Outcome.COMPLETED, [], 1)


async def test_dates_that_were_right_are_kept_for_the_report_about_clients(played):
    """The task is closed with both."""
    claim = played.Deed(compares, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id))
    dates = played.Deed(compares, lambda here: report(here, dates=True))
    clients = played.Deed(compares, lambda here: report(here, clients=("14.",)))
    deeds = played.in_turn(claim, dates, clients)
    async with played.play(*deeds, spec=two_builds()) as here:
        here.absent = lambda state: compares(state) and not clients.done
        outcome = await here.run()
        (kept,) = [
            task.attestation
            for task in await here.stage.store.tasks.list()
            if task.work.kind == "look_at_clients" and task.work.compares
        ]
    assert dates.answer.findings[0].code == "client-look-unread"
    assert clients.answer.accepted
    assert set(kept) == {"certificate", "oldest_sig", "clients"}
    assert outcome is Outcome.COMPLETED


@pytest.mark.parametrize("dates_first", [True, False])
async def test_clients_that_are_left_out_by_name_leave_no_comparison_out(played, dates_first):
    """Two persons go on without a build; the servers' files are compared all the same before a client verifies."""
    claim = played.Deed(compares, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id))
    dates = played.Deed(compares, lambda here: report(here, dates=True), after=timedelta(hours=1))
    one = played.Deed(compares, lambda here: report(here, clients=("14.3.9816",)))
    persons = (
        played.Deed(played.asked("client-list"), lambda here: here.say(Move.PROCEED, "ann", "they are scrap")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    order = (dates, one, *persons) if dates_first else (one, *persons, dates)
    deeds = played.in_turn(claim, *order)
    async with played.play(*deeds, spec=two_builds()) as here:
        here.absent = lambda state: compares(state) and not deeds[-1].done
        outcome = await here.run()
        asked = await tasks_of(here)
    assert all(deed.done for deed in deeds)
    assert dates.answer.accepted is not dates_first
    assert asked == [("look_at_clients", {"SEPM-1"})]
    assert outcome is Outcome.COMPLETED
