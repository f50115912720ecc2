"""Settings over REST: written, read back; where that changes nothing, a person does it by hand."""

from engine.contract import ActivityName, WriteAnswer, WriteRequest
from rotation.plan.step import Gate, Write
from workflows.people.lost_pairs import all_there
from workflows.requests import about
from workflows.running import Running
from workflows.steps.console_task import console_task
from workflows.steps.copying import copy_in_hand, copy_to_make_again, finish_copy, make_again
from workflows.steps.drift_step import look, stand_still
from workflows.steps.gate_step import gate
from workflows.waits.looked_before import relaxes, stands_against
from workflows.waits.old_certificates import all_old, ask_to_put_back, probes_first
from workflows.waits.restored_lists import past_silent, were_asked_about
from workflows.waits.third_certificate import alarm
from workflows.waits.unreported import clients_have_reported, have_reported, makes_verify, to_prove_again

_BY_HAND = "written-by-hand"


async def write(run: Running, step: Write) -> None:
    """Bring one setting of every relaxed pair to what the step wants.

    1. look at every pair, write where it differs, read back; a 200 is no proof
    2. a copy of a list that REST did not assign, and that may not be there, is asked for again: no person can assign it
    3. pairs that REST did not change become console tasks, one for each value, closed by reading them
    4. look again, until no pair differs
    5. a pair to be put back that is not there any more is asked about: it was deleted, or its group inherits now
    6. no pair is written by hand while the site is otherwise than the rotation left it
    7. settings are put back when clients have reported that may hold what was put right: machines that started from a
       golden image just before it was refreshed, and all of them where another certificate was in a server; and when a
       look right before it finds the site as the rotation left it
    8. while turning back, and in a restore, every write is preceded by a probe, by hand as over REST: another
       certificate than the old one, or than the one that the restore was planned with, stops it and asks; so does a
       list that was edited meanwhile, and in a restore a silent server to which a list sends clients
    """
    if not makes_verify(run, step):
        await clients_have_reported(run, step)
    by_hand = True
    while run.state.task is not None or await _is_left(run, step, given_back=not by_hand):
        copying = copy_in_hand(run.state)
        if copying is not None:
            await finish_copy(run, copying)
            continue
        if run.state.task is None and probes_first(run):
            await all_old(run)
        by_hand = await console_task(run, step, by_hand=True)
    run.drop_attention(_BY_HAND)


async def _is_left(run: Running, step: Write, *, given_back: bool) -> bool:
    """Write what differs; whether pairs are left that REST did not change, all copies of lists being there.

    `given_back`: whether an operator gave back the work by hand, so that its lists may not be there.
    """
    if makes_verify(run, step):
        run.drop_attention(_BY_HAND)
        await _is_as_left(run, step)
    elif relaxes(run, step) and stands_against(run):  # so the task was withdrawn
        await stand_still(run, step)
    while True:
        left = await _left_by_rest(run, step)
        if not left.refused:
            return False
        again = None if step.restores else copy_to_make_again(run.state, left, given_back=given_back)
        if again is None:
            return True
        given_back = False
        await make_again(run, again, left.reason)


async def _is_as_left(run: Running, step: Write) -> None:
    """Return right behind a look that finds the site as the rotation left it: clients that verify cannot be saved.

    A relaxed client takes any certificate that a server has. Where another one than the rotation's was in a server:

    1. a person puts it right; nothing is put back meanwhile
    2. each gate after the replacement is proven again: every client has taken the right certificate since
    3. who is not waited for by name, and may have taken the other one, has had time to report
    """
    while True:
        if (restarted := _to_be_proven(run)) is not None:
            await gate(run, restarted)
            others = (each for each in run.state.restarted if each.gate != restarted.id)
            run.state.restarted = tuple(others)
        await clients_have_reported(run, step)
        if await look(run, step):
            await stand_still(run, step)
        elif have_reported(run) and not to_prove_again(run):
            return


def _to_be_proven(run: Running) -> Gate | None:
    """The gate that is proven again, or the next one that must be."""
    restarted = [each.gate for each in to_prove_again(run) if each.due is not None]
    open_now = run.state.wait.step if run.state.wait is not None else restarted[0] if restarted else ""
    found = run.state.outline.step(open_now) if open_now else None
    return found if isinstance(found, Gate) else None


async def _left_by_rest(run: Running, step: Write) -> WriteAnswer:
    """Write what differs, and see what REST left."""
    while True:
        request = WriteRequest(
            ref=about(run.state, step),
            field=step.field,
            restores=step.restores,
            turning_back=probes_first(run),
            swapped=run.state.swapped if makes_verify(run, step) else None,
            lists_shown=run.state.lists_shown,
            past_silent=past_silent(run),
        )
        written = await run.call(ActivityName.WRITE_SETTINGS, request, WriteAnswer, summary=step.title)
        alarm(run, *written.third)
        if await were_asked_about(run, step, written):
            continue
        if written.new_certificate_at is None:
            if await all_there(run, step, written.gone):
                break
            continue
        if makes_verify(run, step):
            await _is_as_left(run, step)
            continue
        text = f"{written.new_certificate_at} does not present the old certificate: restoring would cut clients off"
        await ask_to_put_back(run, step.title, written.new_certificate_at, text)
        await clients_have_reported(run, step)
    if written.refused:
        count = written.refused
        left = (
            f"REST did not change {count} pairs: {written.reason}"
            if written.over_rest
            else f"the site has no REST API: operators change these settings at its console (pairs: {count})"
        )
        run.raise_attention(_BY_HAND, step.title, left, ())
    return written
