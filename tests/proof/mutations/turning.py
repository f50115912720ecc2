"""Mutations of what is put back: rules 15 to 17, the recorded state, and its record."""

from datetime import timedelta
from itertools import pairwise

from activities.setting.settings import SettingsWriter
from emulator.switches import RejectedDownload
from rotation.drift import newborn, same_location
from rotation.drift.learned import late_list
from rotation.plan.plan import Plan
from rotation.plan.step import Console, Gate, GatePurpose, Holdout, Write
from rotation.plan.work.task import RefreshImages, TaskState
from rotation.procedure import rollback
from rotation.proof import membership, reading
from service.scope import StepScope
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Profile
from store.rotation.originals import Originals
from tests.proof import where
from tests.proof.mutation import mutation
from workflows import messages_of_watch
from workflows.steps import rolling_back, task_reports, withdrawal, write_step
from workflows.waits import looked_before, old_certificates, unreported


@mutation(
    rule="15",
    replaces=rollback._steps,
    where=where.about(Profile.WAY_BACK, where.is_rolled_back),
    faults=Faults.UNKNOWN,
)
def old_certificates_go_back_all_at_once(original, *args, **named):
    """Old certificates go back one after the other without a gate or a holdout, as if no client had taken any."""
    return (step for step in original(*args, **named) if not isinstance(step, Gate | Holdout))


@mutation(
    rule="15",
    replaces=rollback._relaxed_by,
    where=where.about(Profile.WAY_BACK, where.is_rolled_back),
    faults=Faults.UNKNOWN,
)
def who_was_relaxed_once_still_is(original, done, *args):
    """On the way back R is not relaxed again, though it was restored or its gate has lost its ground."""
    once = (step.id for step in reversed(done) if isinstance(step, Gate) and step.purpose is GatePurpose.RELAXED)
    first = next(once, None)
    return (first,) if first else original(done, *args)


@mutation(
    rule="15",
    replaces=membership.with_present_owners,
    hole=f"a group is moved behind a replacement that another one refuses ({RejectedDownload.SILENT})",
)
def a_moved_group_counts_where_it_was(original, body, groups):  # noqa: ARG001 - as the rule it replaces
    """A way back holds the groups against the plan, wherever they were moved since."""
    return body


@mutation(
    rule="4",
    replaces=rollback._steps,
    hole="images made behind a replacement start where clients verify the old certificate again",
)
def images_stay_as_they_are_on_the_way_back(original, *args, **named):
    """On the way back images are refreshed where clients were just relaxed, and never again."""
    for before, step in pairwise((None, *original(*args, **named))):
        if isinstance(before, Write) or not (isinstance(step, Console) and isinstance(step.work, RefreshImages)):
            yield step


@mutation(
    rule="18",
    replaces=Plan.known_by_survey,
    hole="the list that clients use is edited an hour before a roll-back (swap, one server)",
)
def a_way_back_knows_what_is_there(original, plan):  # noqa: ARG001 - as the rule it replaces
    """A way back takes lists, ports and versions for right as they are when it is planned."""
    return plan.survey_id


@mutation(
    rule="16",
    replaces=withdrawal.withdraw,
    where=where.about(Profile.WAY_BACK, where.is_cancelled),
    faults=Faults.UNKNOWN,
)
async def a_cancel_does_not_wait_for_the_holder(original, running, step):  # noqa: ARG001 - as the rule it replaces
    """A task is withdrawn although an operator is at the console with it."""
    running.state.withdrawing = True
    await task_reports.close(running, step, TaskState.WITHDRAWN, "the service", "cancelled")
    running.state.withdrawing = False
    return False


@mutation(
    rule="15",
    replaces=rolling_back.roll_back,
    hole="a script unknown to all hands out an old Sylink.xml up to the replacement",
)
async def a_way_back_waits_a_day(original, run, wish):
    """The task that puts the old certificate back is opened a day after a second person has approved that."""
    await original(run, wish)
    if run.state.outline.purpose == "roll-back":
        await run.wait(until=run.host.now() + timedelta(days=1), summary="wait a day")


@mutation(
    rule="15",
    replaces=reading.still_standing,
    hole="clients refuse their policy behind a replacement, and a person rolls back",
)
def a_claim_forgets_who_refuses(original, *args):
    """A claim has clients show once more that they refuse their policy, and is refused until they have."""
    return {client: each for client, each in original(*args).items() if each.covered or each.serial_seen}


@mutation(
    rule="15",
    replaces=reading.gates_behind_swaps,
    hole="clients refuse what the former key has signed, and a person rolls back",
)
def clients_that_know_the_new_certificate_are_not_waited_for(original, *args):  # noqa: ARG001 - as the rule
    """Each client that refuses its policy passes for one that the old certificate brings back."""
    return {}


@mutation(rule="15", replaces=same_location.namesake, hole="a group inherits for a while before a roll-back")
def a_location_with_another_id_is_passed_over(original, *args):  # noqa: ARG001 - as the rule it replaces
    """A location is known by its id alone."""
    return


def _sees_nothing(original, settings, scope, seen):
    """No server is probed before a write."""


async def _has_no_objection(original, running, step):  # noqa: ARG001 - as the rule it replaces
    """No server is probed before a setting is put back by hand."""
    return ()


@mutation(
    rule="16",
    replaces=old_certificates.all_old,
    hole="another certificate comes into the server right before a cancel",
    behind={SettingsWriter._not_old: _sees_nothing, old_certificates.against_restoring: _has_no_objection},
    unproven="a cancel waits for clients to report after another certificate was seen",
)
async def a_cancel_restores_without_a_probe(original, *args, **named):
    """Groups are made to verify again whatever certificates are served."""


def _none_verifies_yet(original, state):  # noqa: ARG001 - as the rule it replaces
    """Clients are not relaxed once more behind the write."""
    return False


@mutation(
    rule="12b",
    replaces=unreported.makes_verify,
    hole="certificate_restored: machines from an image are waited for",
    behind={messages_of_watch.makes_clients_verify: _none_verifies_yet},
)
def settings_are_put_back_without_a_look(original, run, step):  # noqa: ARG001 - as the rule it replaces
    """Settings are put back, by hand too, whatever has come into the servers since the last look."""
    return False


@mutation(
    rule="12b",
    replaces=looked_before.relaxes,
    hole="http_port_moved: an operator is to assign the HTTP lists (0:40:00)",
)
def clients_are_relaxed_by_hand_whatever_is_found(original, run, step):  # noqa: ARG001 - as the rule it replaces
    """The task to assign HTTP lists stays open although the HTTP port has closed."""
    return False


def _none_is_late(original, now, **known):  # noqa: ARG001 - as the rule it replaces
    """No client takes a list later than its policy."""
    return now


@mutation(
    rule="12b",
    replaces=unreported.when_another_was_in,
    hole="certificate_generated: 0:05:00 after claim, before the first replacement of a group that fails over",
    behind={late_list.late_until: _none_is_late},
)
def clients_know_no_other_certificate(original, run):
    """A certificate is replaced right behind another one in the only other server."""


@mutation(
    rule="12b",
    replaces=write_step._to_be_proven,
    hole="certificate_restored: a client takes the former certificate, and is off until others verify",
)
def who_took_another_certificate_is_not_waited_for(original, run):  # noqa: ARG001 - as the rule it replaces
    """No gate is proven again before settings are put back: a client may hold what a person has just taken out."""
    run.state.restarted = ()


@mutation(
    rule="12b",
    replaces=messages_of_watch.makes_clients_verify,
    hole="certificate_generated: clients are made to verify, and it is put right hours later",
)
def another_certificate_is_taken_out_at_once(original, state):  # noqa: ARG001 - as the rule it replaces
    """Clients that were made to verify with another certificate are not relaxed before the right one goes back."""
    return False


def _uses_nothing(original, survey, name):  # noqa: ARG001 - as the rule it replaces
    """No list is in use."""
    return ()


@mutation(
    rule="17",
    replaces=newborn.newborn,
    where=where.about(Profile.BIRTHS, where.has_births),
    behind={newborn.users: _uses_nothing},
)
def no_look_for_newborn_pairs(original, body, survey):  # noqa: ARG001 - as the rule it replaces
    """What was born during the rotation is not asked about, and a list that it uses is deleted."""
    return ()


@mutation(
    rule="issue",
    replaces=StepScope._recorded,
    where=where.about(Profile.LOCATIONS, where.has_insecure),
    faults=Faults.UNKNOWN,
)
async def everything_is_restored_to_on(original, scope, field):
    """Secure communications are turned on everywhere, as if they had been on everywhere."""
    return tuple(
        each.model_copy(update={"secure_communications": True}) if each.field is field else each
        for each in await original(scope, field)
    )


@mutation(rule="issue", replaces=Originals.record)
async def the_original_is_dropped(original, *args, **named):
    """What a pair was before the first change is not stored."""


MUTATIONS = (
    old_certificates_go_back_all_at_once,
    who_was_relaxed_once_still_is,
    a_moved_group_counts_where_it_was,
    images_stay_as_they_are_on_the_way_back,
    a_way_back_knows_what_is_there,
    a_cancel_does_not_wait_for_the_holder,
    a_way_back_waits_a_day,
    a_claim_forgets_who_refuses,
    clients_that_know_the_new_certificate_are_not_waited_for,
    a_location_with_another_id_is_passed_over,
    a_cancel_restores_without_a_probe,
    settings_are_put_back_without_a_look,
    clients_are_relaxed_by_hand_whatever_is_found,
    clients_know_no_other_certificate,
    who_took_another_certificate_is_not_waited_for,
    another_certificate_is_taken_out_at_once,
    no_look_for_newborn_pairs,
    everything_is_restored_to_on,
    the_original_is_dropped,
)
