"""Mutations of who is waited for while a rotation runs: rules 3, 4, 10, 11 and 19."""

from rotation.drift import site_glance
from rotation.proof import coverage, reading
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Profile
from tests.proof import where
from tests.proof.mutation import mutation
from workflows.steps import gate_step
from workflows.waits import unreported


@mutation(rule="10", replaces=coverage._was_away, where=where.about(Profile.PROXIES, where.is_behind_a_proxy))
def silent_clients_were_away(original, *args):  # noqa: ARG001 - as the rule it replaces
    """A client that the change itself has silenced counts as one that was switched off before it."""
    return True


@mutation(rule="11", replaces=reading._verifies_next, where=where.takes_two_downloads)
def clients_that_are_away_may_verify_next(original, *args):  # noqa: ARG001 - as the rule it replaces
    """Relaxed clients that were away at a replacement are given the policy that verifies before the list."""
    return False


@mutation(
    rule="3",
    replaces=gate_step.holdout,
    where=where.about(Profile.HOLDOUT, where.fails_over_and_is_away),
    faults=Faults.UNKNOWN,
)
async def the_holdout_is_over_at_once(original, running, step):
    """The last servers are replaced without waiting for clients that are away."""


@mutation(
    rule="4",
    replaces=unreported.have_reported,
    hole="machines start from an image just before it is refreshed",
)
def machines_of_the_former_image_verify_at_once(original, run):  # noqa: ARG001 - as the rule it replaces
    """Clients verify as soon as golden images were refreshed, also those that started from the former one."""
    return True


@mutation(
    rule="19",
    replaces=site_glance.SiteGlance._has_more_clients_than,
    hole="computers are installed from an old package after the claim",
)
def who_comes_after_the_claim_is_not_missed(original, *args):  # noqa: ARG001 - as the rule it replaces
    """A client that comes to a group while a replacement is claimed has no proof read."""
    return False


MUTATIONS = (
    machines_of_the_former_image_verify_at_once,
    who_comes_after_the_claim_is_not_missed,
    silent_clients_were_away,
    clients_that_are_away_may_verify_next,
    the_holdout_is_over_at_once,
)
