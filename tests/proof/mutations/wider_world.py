"""Mutations of what meets the wider world: databases put back, stale answers, settings without dates, authorities."""

from rotation.drift import drift, second_view, site_glance, upgraded
from rotation.planning import treatment
from rotation.proof import silence
from tests.proof.mutation import mutation
from workflows.claims import unseen_site
from workflows.steps import reference

_BEHIND_A_SWAP = "the database is put back 0:01:00 after the swap (one server)"
_AT_THE_RESTORE = "the database is put back 0:01:00 after the restore (one server)"
_STALE = "stale answers hide before a claim that clients verify (two servers, two clients, date of now)"
_STALE_ALONE = "stale answers hide before a claim that clients verify (one server, date of now)"
_UNDATED = "secure communications are ticked behind the claim, and no policy date moves"
_FALLS_SILENT = "SEPM falls silent at the claim, and secure communications are ticked"
_OWN_HTTP = "the HTTP port closes behind the claim, and the clients' own list speaks HTTP"
_AUTHORITY = "clients trust by authority (stay_and_report, serials stay)"


@mutation(rule="7", replaces=treatment._trusts_an_authority, hole=_AUTHORITY)
def clients_that_trust_an_authority_fail_over(original, owner):  # noqa: ARG001 - as the rule it replaces
    """Clients whose list has them accept what an authority has issued are taken to fail over."""
    return iter(())


@mutation(rule="12b", replaces=drift._assigned_again, hole=_BEHIND_A_SWAP)
def a_copy_that_is_gone_is_not_named(original, wanted, lists):  # noqa: ARG001 - as the rule it replaces
    """Where the copy of a list is gone, people are asked to assign it, and not to copy it again."""
    return "put it back as it was"


@mutation(rule="9", replaces=reference._text, hole=_AT_THE_RESTORE)
def a_date_that_went_back_is_waited_for(original, fixed):
    """Where a policy date has gone back, or stays, people are shown that, and not what moves it."""
    return original(fixed).partition(";")[0]


@mutation(rule="19", replaces=second_view.contradictions, hole=_STALE)
def no_other_server_is_asked(original, *seen):  # noqa: ARG001 - as the rule it replaces
    """Before a replacement, what another server shows of the site is not held against what SEPM's address shows."""
    return iter(())


@mutation(rule="19", replaces=site_glance.settings_of, hole=_UNDATED)
def settings_that_no_date_shows_are_not_read(original, groups):  # noqa: ARG001 - as the rule it replaces
    """While an operator may begin, a setting that has changed without another policy is not seen."""
    return {}


@mutation(rule="19", replaces=unseen_site._puts_in, hole=_FALLS_SILENT)
def a_claim_counts_while_sepm_is_silent(original, step):  # noqa: ARG001 - as the rule it replaces
    """While SEPM does not answer, the holder of a claimed replacement may begin."""
    return False


@mutation(rule="19", replaces=silence.all_silent, hole=_STALE_ALONE)
def silence_of_all_clients_stops_no_claim(original, *args):  # noqa: ARG001 - as the rule it replaces
    """A replacement is granted though no client of the site reports, and some are on at all times."""
    return 0


@mutation(rule="27", replaces=upgraded._has_http_lists, hole=_OWN_HTTP)
def only_copied_lists_need_their_ports(original, body):  # noqa: ARG001 - as the rule it replaces
    """Where the clients' own list speaks HTTP, no look sees that its port closes."""
    return False


MUTATIONS = (
    clients_that_trust_an_authority_fail_over,
    a_copy_that_is_gone_is_not_named,
    a_date_that_went_back_is_waited_for,
    no_other_server_is_asked,
    settings_that_no_date_shows_are_not_read,
    a_claim_counts_while_sepm_is_silent,
    silence_of_all_clients_stops_no_claim,
    only_copied_lists_need_their_ports,
)
