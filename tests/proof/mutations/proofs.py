"""Mutations of what proves: rules 9 to 14, gates that are skipped, and serials that are compared as text."""

from datetime import timedelta

from rotation.plan.work import signed_files, signed_together
from rotation.planning.choice import canary
from rotation.procedure import relaxation, signing
from rotation.proof import coverage, gate, signatures
from rotation.proof.verdict import Reason, Tally, Verdict
from rotation.serial import parse_or_none
from rotation.survey import Mode
from sepm.rest import settings
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Profile
from tests.proof import where
from tests.proof.mutation import mutation
from workflows.claims import begin, swap_proof
from workflows.steps.gate_step import gate as gate_step


def _nothing_to_show(original, *args):  # noqa: ARG001 - as the rule it replaces
    """No gate waits for canaries to show what servers sign."""
    return frozenset()


def _no_files_compared(original, *args):  # noqa: ARG001 - as the rule it replaces
    """No operator compares .SIG files after a replacement."""
    return iter(())


def _leaves(original, owners):  # noqa: ARG001 - as the rule it replaces
    """The person who replaces a certificate leaves the server without a look at its .SIG files."""
    return ()


def _no_client_shows(original, *args, **fields):  # noqa: ARG001 - as the rule it replaces
    """No gate has clients take a new policy from a replaced server."""
    return iter(())


_NO_FILES_LOOKED_AT = {signing.compare_signed_files: _no_files_compared, signed_files.while_there: _leaves}


@mutation(
    rule="9",
    replaces=gate.fix,
    where=where.about(Profile.STALE, where.follows_late),
    faults=Faults.UNKNOWN,
    behind={signatures.to_show: _nothing_to_show, **_NO_FILES_LOOKED_AT},
)
def the_policy_before_the_write_proves_it(original, reference, policy_date, *, sepm_clock):
    """The reference of a gate is the policy date before the write: every client has that policy already."""
    fixed = original(reference, policy_date, sepm_clock=sepm_clock)
    return fixed.model_copy(update={"fixed": reference.date_before})


@mutation(
    rule="10",
    replaces=coverage._proven,
    where=where.about(Profile.PROXIES, where.is_reported_at_once),
)
def one_check_in_proves_a_policy(original, entry, rule, kept):
    """A client is covered by the very check-in that shows the serial, before it has used the new path."""
    if rule.swap is None and kept.serial_seen is not None:
        return Verdict.COVERED, Reason.SERIAL_CONFIRMED
    return original(entry, rule, kept)


@mutation(rule="10", replaces=canary.choose, where=where.about(Profile.PROXIES, where.is_behind_a_proxy))
def no_group_goes_first(original, *args, **named):  # noqa: ARG001 - as the rule it replaces
    """All relaxed groups are relaxed at once, and restored at once."""
    return canary.Canaries()


_LOSES_SERVERS = "a list loses its other servers when one of them is replaced"


async def _no_look(original, *args):  # noqa: ARG001 - as the rule it replaces
    """No look comes right before the work: there is no proof to compare the site with."""
    return ""


@mutation(rule="12a", replaces=swap_proof.read_proof, hole=_LOSES_SERVERS, behind={begin._look: _no_look})
async def a_claim_reads_no_proof(original, running, step):  # noqa: ARG001 - as the rule it replaces
    """An operator who claims a replacement may go on, whatever has happened since the gate."""
    return swap_proof.SwapProof()


@mutation(
    rule="11",
    replaces=coverage._proven_after_swap,
    where=where.about(Profile.HOLDOUT, where.fails_over_and_is_away),
    faults=Faults.UNKNOWN,
)
def any_client_is_proven_after_a_swap(original, *args):  # noqa: ARG001 - as the rule it replaces
    """Gate B3 and the holdout take any client that was ever seen to know the new certificate."""
    return Verdict.COVERED, Reason.CONTACT_AT_SWAPPED_SERVER


@mutation(
    rule="13",
    replaces=relaxation.restore,
    where=where.about(Profile.STALE, where.has_stale_signatures),
    faults=Faults.UNKNOWN,
    behind=_NO_FILES_LOOKED_AT,
)
def a_restore_has_no_gates(original, choices, wave, *, gated):  # noqa: ARG001 - as the rule it replaces
    """All relaxed groups are made to verify and given their lists at once, canaries or not."""
    return original(choices, wave, gated=False)


@mutation(
    rule="13",
    replaces=signatures.to_show,
    where=where.about(Profile.STALE, where.has_stale_signatures),
    faults=Faults.UNKNOWN,
    behind=_NO_FILES_LOOKED_AT,
)
def canaries_show_nothing_of_servers(original, *args):
    """Canaries that verify again stand for every server of their list, wherever they were."""
    return _nothing_to_show(original, *args)


@mutation(
    rule="14",
    replaces=settings._heartbeat,
    where=where.about(Profile.LOCATIONS, where.has_push),
    faults=Faults.UNKNOWN,
)
def a_standing_connection_is_a_check_in(original, communication, mode):
    """In push mode a client is taken to report all the time, not with its slowest upload."""
    return timedelta(seconds=1) if mode is Mode.PUSH else original(communication, mode)


@mutation(
    rule="24c",
    replaces=signing.compare_signed_files,
    where=where.about(Profile.STALE, where.has_stale_signatures),
    faults=Faults.UNKNOWN,
    behind={signed_files.while_there: _leaves},
)
def no_person_compares_signed_files(original, *args):
    """A server may go on signing with its former key, and a client that is seen there counts as proven."""
    return _no_files_compared(original, *args)


@mutation(
    rule="24c",
    replaces=signed_together.left_to_compare,
    hole="relaxed clients of two builds, stale signatures, and people who take days",
)
def comparisons_that_were_left_to_a_later_task_are_forgotten(original, *args):  # noqa: ARG001 - as the rule it replaces
    """The look at clients before they verify has no comparison of .SIG files with it, and no task had one before."""
    return ()


@mutation(
    rule="24c",
    replaces=signed_together._fails_over_verifying,
    hole="contact is taken for acceptance (fail_over)",
    behind={signed_files.while_there: _leaves, signing.shown_by_clients: _no_client_shows},
)
def a_comparison_waits_where_clients_fail_over_and_verify(original, owner):  # noqa: ARG001 - as the rule it replaces
    """The .SIG files of all servers are compared when the last certificate has been replaced."""
    return False


@mutation(rule="issue", replaces=Tally.reached, where=where.about(Profile.DEPARTURES), faults=Faults.UNKNOWN)
def coverage_is_always_reached(original, tally):  # noqa: ARG001 - as the rule it replaces
    """Every gate passes as soon as its minimum is over: a timer."""
    return True


@mutation(rule="issue", replaces=gate_step, where=where.about(Profile.DEPARTURES), faults=Faults.UNKNOWN)
async def gates_are_skipped(original, running, step):
    """No gate is waited for."""


@mutation(
    rule="issue",
    replaces=coverage.holds,
    where=where.about(Profile.STALE),
    faults=Faults.UNKNOWN,
    behind={signatures.to_show: _nothing_to_show, **_NO_FILES_LOOKED_AT},
)
def serials_are_compared_as_text(original, observed, rule):
    """A serial is right when its text is not less than the reference's: the text begins with the month."""
    serial = parse_or_none(observed.serial)
    if rule.reference is None or serial is None or not serial.belongs_to(observed.group_id):
        return original(observed, rule)
    return f"{serial.at:%m/%d/%Y %H:%M:%S}" >= f"{rule.reference:%m/%d/%Y %H:%M:%S}"


MUTATIONS = (
    the_policy_before_the_write_proves_it,
    one_check_in_proves_a_policy,
    no_group_goes_first,
    any_client_is_proven_after_a_swap,
    a_claim_reads_no_proof,
    a_restore_has_no_gates,
    canaries_show_nothing_of_servers,
    no_person_compares_signed_files,
    comparisons_that_were_left_to_a_later_task_are_forgotten,
    a_comparison_waits_where_clients_fail_over_and_verify,
    a_standing_connection_is_a_check_in,
    coverage_is_always_reached,
    gates_are_skipped,
    serials_are_compared_as_text,
)
