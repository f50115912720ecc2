"""The page of a plan beside the rotations of its site."""

from html import unescape

import pytest

from api.pages.plan.carried_out import StepStanding, left_of
from rotation.drift.presented import THIRD
from rotation.finding import blocking
from rotation.plan.plan import CertificateFor
from rotation.plan.work.task import TaskState
from rotation.running.attention import ROLL_BACK, TASK_WRONG
from rotation.values import CertificateId, Fingerprint, PlanId, ServerName
from store.progress import Progress, RotationStatus


@pytest.mark.usefixtures("rotating")
async def test_the_steps_that_are_done_are_marked(reader, store, make):
    """Behind the running rotation: done, withdrawn, or now; without a rotation none is."""
    plan = await store.plans.get((await store.rotations.get("rot-1")).plan_id)
    page = unescape((await reader.get(f"/plans/{plan.id}")).text)
    assert "the steps of this plan that it has done are marked" in page
    assert "▶ now" in page
    await store.rotations.project("rot-1", Progress(step_index=1), make.t0)
    page = unescape((await reader.get(f"/plans/{plan.id}")).text)
    assert "✓ done" in page
    assert plan.hash in page


@pytest.mark.usefixtures("rotating")
async def test_a_plan_that_was_carried_out_is_not_started_again(reader, store, make):
    """It leads to its rotation. One whose rotation was cancelled is begun again: its dates and its form stay."""
    plan = (await store.rotations.get("rot-1")).plan_id
    for status, is_over in ((RotationStatus.CANCELLED, False), (RotationStatus.COMPLETED, True)):
        await store.rotations.project("rot-1", Progress(status=status, finished_at=make.at(hours=1)), make.t0)
        page = unescape((await reader.get(f"/plans/{plan}")).text)
        assert ('This plan was carried out: <a href="/rotations/rot-1">' in page) is is_over
        assert (f'action="/plans/{plan}/start"' in page) is not is_over
        assert ("7 clients would be cut off" in page) is not is_over
        assert ("it was carried out: make a new plan" in page) is is_over
        assert ("A rotation with these certificates has ended" in page) is not is_over
        assert ("This plan may be started once more" in page) is not is_over


@pytest.mark.usefixtures("rotating")
async def test_a_roll_back_is_not_started(reader, store, make):
    """While its rotation runs, its page answers what is asked; behind that it was carried out, or goes on no more.

    The plan that was rolled back leads to the rotation too, and may be started once more.
    """
    first = await store.plans.get((await store.rotations.get("rot-1")).plan_id)
    server, old, new = ServerName("sepm1"), Fingerprint("aa" * 32), Fingerprint("bb" * 32)
    put_in = CertificateFor(server=server, certificate_id=CertificateId("c"), fingerprint=new, replaces=old)
    made = {}
    for name, purpose, certificate in (
        ("forth", "rotate", put_in),
        ("back", "roll-back", put_in.model_copy(update={"fingerprint": old, "replaces": new})),
    ):
        body = first.body.model_copy(update={"purpose": purpose, "certificates": (certificate,)})
        when = make.at(days=1) if name == "back" else make.at(days=-1)
        made[name] = first.model_copy(update={"id": name, "body": body, "hash": body.content_hash(), "made_at": when})
        await store.plans.add(made[name])

    async def page(name):
        return unescape((await reader.get(f"/plans/{name}")).text)

    asks = "a rotation asks about this plan: answer it on the page of the rotation"
    assert asks not in await page("back"), "it is one that was made meanwhile"
    question = blocking(ROLL_BACK, "Vienna", "ann wants the old certificates back (plan back, hash 00)")
    await store.rotations.project("rot-1", Progress(attention=(question,)), make.t0)
    assert asks in await page("back")
    assert asks not in await page("forth")
    assert 'action="/plans/back/start"' not in await page("back")
    going = Progress(plan_id=PlanId("back"), plan_hash=made["back"].hash)
    await store.rotations.project("rot-1", going, make.t0)
    over = Progress(status=RotationStatus.ROLLED_BACK, finished_at=make.at(hours=1))
    await store.rotations.project("rot-1", over, make.t0)
    assert 'This plan was carried out: <a href="/rotations/rot-1">' in await page("back")
    assert 'action="/plans/back/start"' not in await page("back")
    forth = await page("forth")
    assert 'has ended: <a href="/rotations/rot-1">' in forth
    assert "This plan may be started once more" in forth
    assert 'action="/plans/forth/start"' in forth
    ended = Progress(status=RotationStatus.TERMINATED)
    await store.rotations.project("rot-1", ended, make.t0)
    assert "the plan of a roll-back goes on from a rotation that runs: make a new plan" in await page("back")


@pytest.mark.usefixtures("rotating")
@pytest.mark.parametrize("code", [THIRD, TASK_WRONG])
async def test_a_certificate_at_the_wrong_server_is_named_before_a_replacement(reader, store, make, code):
    """The proof counts, and another server has the certificate: the task says what is put right first."""
    await store.tasks.transition("task-1", {TaskState.OPEN}, TaskState.CLAIMED, who="ann", at=make.t0)
    await store.tasks.note_proof("task-1", make.at(days=3650), make.at(days=3650))
    other = make.site().servers[-1].name
    found = blocking(code, other, f"{other} presents ab..., which is for another", "first put it back")
    alarm = blocking(THIRD, other, "an alarm of the same", "look at it")
    await store.rotations.project("rot-1", Progress(attention=(found, alarm)), make.t0)
    page = unescape((await reader.get("/tasks/task-1")).text)
    assert ("an alarm of the same" in page) is (code == THIRD), "one instruction where the cause is known"
    card = page.split("<h2>What to do at")[0]
    assert f"{other} presents ab..., which is for another" in card
    assert (await store.tasks.get("task-1")).work.server != other
    assert f"How {other} gets its right certificate back" in card
    assert "holds the certificate named above, and no other one" in card
    assert "or all proof read, once more before you begin" in page
    assert "The proof holds" not in page


async def test_what_is_left_of_a_way_back_is_counted_from_now(make):
    """Done and withdrawn steps are not, nor the one that was begun and is not carried on; of another plan it is."""
    body = make.plan().body
    (step,) = body.steps
    for purpose, stands, left in (
        ("rotate", StepStanding.NOW, 1),
        ("roll-back", StepStanding.NOW, 0),
        ("rotate", StepStanding.DONE, 0),
        ("rotate", StepStanding.WITHDRAWN, 0),
    ):
        plan = body.model_copy(update={"purpose": purpose})
        assert len(left_of(plan, {step.id: stands}).steps) == left
