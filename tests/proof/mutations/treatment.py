"""Mutations of what each group needs: rules 5 to 8, the second location, and builds that do not fail over."""

from itertools import islice

from rotation.build import ClientBuild
from rotation.plan.request import PlanRequest
from rotation.plan.unproven_failover import unproven
from rotation.planning import preconditions, treatment
from rotation.planning.choice.holdout import holdouts
from rotation.planning.choice.holdout_choice import choose_holdouts
from rotation.proof import coverage, reading
from rotation.proof.verdict import Reason, Verdict
from sepm.rest import groups
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Profile
from tests.proof import where
from tests.proof.mutation import mutation


@mutation(
    rule="5",
    replaces=reading.judge_all,
    where=where.about(Profile.DEPARTURES, where.has_inheritors),
    faults=Faults.UNKNOWN,
)
def inheriting_groups_are_not_gated(original, entries, by_owner, evidence):
    """The gate of an owner counts its own clients, not those of the groups that inherit from it."""
    return original([entry for entry in entries if entry.group_id == entry.owner], by_owner, evidence)


@mutation(
    rule="6",
    replaces=holdouts,
    where=where.about(Profile.HOLDOUT, where.fails_over_without_the_last),
    faults=Faults.UNKNOWN,
)
def one_holdout_serves_everybody(original, offers, candidates, first_choices):  # noqa: ARG001 - as the rule it replaces
    """The first candidate is the holdout, whether each list offers it or not."""
    first = frozenset(islice(candidates, 1))
    return first if offers else frozenset()


@mutation(
    rule="6",
    replaces=choose_holdouts,
    where=where.about(Profile.HOLDOUT, where.fails_over),
    faults=Faults.UNKNOWN,
)
def there_is_no_holdout(original, *args):  # noqa: ARG001 - as the rule it replaces
    """Every server is replaced in one wave."""
    return frozenset()


@mutation(
    rule="7",
    replaces=treatment._unverified_or_http,
    where=where.about(Profile.ODD_LISTS, where.fails_over_oddly),
    faults=Faults.UNKNOWN,
)
def http_with_verification_fails_over(original, owner):  # noqa: ARG001 - as the rule it replaces
    """A group that verifies over HTTP is taken to fail over, as is one that does not verify over HTTPS."""
    return ()


@mutation(
    rule="8",
    replaces=unproven,
    where=where.about(Profile.DRILL, where.is_drilled),
    faults=Faults.UNKNOWN,
)
def failover_counts_unseen(original, *args):  # noqa: ARG001 - as the rule it replaces
    """A client is taken to fail over though it was never seen at a second server of its list."""
    return ()


def _decides_about_no_client(original, request, *args):  # noqa: ARG001 - as the rule it replaces
    """When the drill is over, clients that it has not shown count as shown."""
    return request


@mutation(
    rule="8",
    replaces=coverage._proven,
    where=where.about(Profile.DRILL, where.is_drilled),
    faults=Faults.UNKNOWN,
    behind={PlanRequest.drilled: _decides_about_no_client},
)
def a_drill_asks_no_client(original, entry, rule, kept):
    """A drill passes clients whether they were seen at a second server or not."""
    if rule.drill is not None:
        return Verdict.COVERED, Reason.SEEN_AT_SECOND_SERVER
    return original(entry, rule, kept)


@mutation(rule="issue", replaces=ClientBuild.fails_over_on_mismatch, where=where.has_14_2)
def builds_14_2_fail_over(original, build):  # noqa: ARG001 - as the rule it replaces
    """14.2.x is treated as if it tried another server on a certificate mismatch."""
    return True


@mutation(
    rule="issue",
    replaces=groups._observed_group,
    where=where.about(Profile.LOCATIONS, where.has_locations),
    faults=Faults.UNKNOWN,
)
async def the_second_location_is_forgotten(original, session, payload, path):
    """Only the first location of each group is read: no other is planned, written, restored or looked at."""
    group = await original(session, payload, path)
    return group.model_copy(update={"locations": group.locations[:1]})


def _misses_no_client(original, *args):  # noqa: ARG001 - as the rule it replaces
    """Clients in groups that were not read do not stop a plan."""
    return ()


@mutation(
    rule="issue",
    replaces=groups.read_groups,
    where=where.about(Profile.LOCATIONS, where.has_own_groups),
    faults=Faults.UNKNOWN,
    behind={preconditions._clients_known: _misses_no_client},
)
async def groups_that_do_not_inherit_are_ignored(original, *args, **named):
    """Groups below the top that own their settings are not read: none is planned, waited for or looked at."""
    read = await original(*args, **named)
    own = [each.path for each in read if not each.inherits]
    top = min(own, key=len)
    return [each for each in read if not any(each.path.startswith(path) for path in own if path != top)]


MUTATIONS = (
    inheriting_groups_are_not_gated,
    one_holdout_serves_everybody,
    there_is_no_holdout,
    http_with_verification_fails_over,
    failover_counts_unseen,
    a_drill_asks_no_client,
    builds_14_2_fail_over,
    the_second_location_is_forgotten,
    groups_that_do_not_inherit_are_ignored,
)
