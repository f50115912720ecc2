"""Mutations of what meets ordinary administration: rules 11, 13, 18 to 22, 24, 26 and 27, in known scenarios."""

from emulator.switches import RejectedDownload
from rotation.drift import lists, presented, site_glance, upgraded
from rotation.drift.learned import wrong_list
from rotation.plan import unproven_failover
from rotation.plan.work import signed_files
from rotation.planning import dead_server
from rotation.procedure import handing_out, signing
from rotation.proof import acceptance, silence
from rotation.proof import moved_policy as shown
from tests.proof.mutation import mutation
from workflows.silence import clients_beside
from workflows.waits import canary_watch, clients_cut_off

_CONTACT = "contact is taken for acceptance (stay_and_report)"
_NEW_DATES = "the dates of stale signatures look new (fail_over)"
_BETWEEN = "clients come back to a replaced server between list and policy"
_OTHER_PORT = "the original list gives another port when it is put back"
_TICKED = "secure communications are ticked while an operator works for a quarter of an hour behind a claim"
_COPY_EDITED = "the copy of a list speaks HTTPS when the certificate is replaced"
_ROAMERS = "roamers use a list whose other server they never reach"
_HOLDOUT_DIES = "the last holdout dies"
_DIES_CLAIMED = "the only other server dies while a replacement is claimed"
_LEFT_ALONE = "a server that the plan leaves alone dies before the claim"
_WRONG_LIST = "a client that fails over takes an edited list, and is off until its only server is replaced"
_SILENT_RELAXED = "relaxed clients fall silent behind the swap, and neither port nor date shows why"
_ANOTHER_KIND = "agents of another kind, in a group of their own, take the list later"
_NO_LIST = "agents of another kind, in a group of their own, never take it"
_BESIDE = "a script cuts a whole group off while the settings of another one are put back"
_BESIDE_A_TASK = "a script cuts a whole group off while the comparison of .SIG files is open for a day"
_CANARIES = (
    f"the dates of stale signatures look new, and one server signs for two groups ({RejectedDownload.STAY_AND_REPORT})"
)
_OLD_SYLINK = "a script hands out an old Sylink.xml each day"
_SCRIPT = "a script hands out an old Sylink.xml up to the replacement"
_HTTP_PORT = "an upgrade resets the plain HTTP port before clients are relaxed"


def _nothing_to_do(original, *args, **named):  # noqa: ARG001 - as the rule it replaces
    """A procedure without these steps."""
    return iter(())


def _leaves(original, owners):  # noqa: ARG001 - as the rule it replaces
    """The person who replaces a certificate leaves the server without a look at its .SIG files."""
    return ()


_NO_LOOK_AT_SIGNATURES = {
    signed_files.while_there: _leaves,
    signing.compare_signed_files: _nothing_to_do,
    signing.shown_by_clients: _nothing_to_do,
}
"""Rules 24b, 24c and 24d see what rule 11 sees, before it."""


def _no_client(original, *args):  # noqa: ARG001 - as the rule it replaces
    return []


_SILENCE_IS_NOT_NAMED = {silence.silenced: _no_client, silence.silent_elsewhere: _no_client}
"""Rules 8 and 22 name the clients that a dead server cuts off, and two persons roll back in time."""


@mutation(rule="11", replaces=acceptance.refuses, hole=_CONTACT, behind=_NO_LOOK_AT_SIGNATURES)
def refusing_clients_are_not_named(original, kept):  # noqa: ARG001 - as the rule it replaces
    """Clients that check in and take nothing are waited for like any others, and no attention names them."""
    return False


@mutation(rule="11", replaces=clients_cut_off.tell, hole=_OLD_SYLINK)
async def no_attention_names_clients_in_trouble(original, run, seen):
    """Clients that refuse or are silent after a change are counted, and no attention says so."""


@mutation(rule="18", replaces=lists.edited_lists, hole=_OTHER_PORT)
def edited_lists_are_not_named(original, *args, **named):  # noqa: ARG001 - as the rule it replaces
    """A server list may be edited between its survey and the step that rests on it."""
    return ()


@mutation(rule="18", replaces=lists._lists, hole=_COPY_EDITED)
def copies_of_lists_are_not_looked_at(original, body):
    """Only the original lists are looked at: the copy that clients use may be edited."""
    return original(body) - {copy.copy_name for copy in body.copies}


@mutation(rule="18", replaces=wrong_list.may_hold_wrong, hole=_WRONG_LIST)
def clients_hold_no_wrong_list(original, *args, **named):  # noqa: ARG001 - as the rule it replaces
    """A client that was there while its list was wrong, and not since, counts as failing over."""
    return ()


@mutation(rule="19", replaces=site_glance.SiteGlance.differs_from, hole=_TICKED)
def open_replacements_are_not_watched(original, *args):  # noqa: ARG001 - as the rule it replaces
    """What is changed while an operator holds a replacement is found by the next look that is due."""
    return False


@mutation(rule="20", replaces=presented.must_answer, hole=_DIES_CLAIMED, behind=_SILENCE_IS_NOT_NAMED)
def a_dead_server_is_not_named(original, *args, **named):  # noqa: ARG001 - as the rule it replaces
    """A server that must go on with its former certificate may be down."""
    return frozenset()


@mutation(rule="20", replaces=presented.left_alone, hole=_LEFT_ALONE, behind=_SILENCE_IS_NOT_NAMED)
def a_server_that_the_plan_leaves_alone_is_not_missed(original, *args, **named):  # noqa: ARG001 - as the rule it replaces
    """Only servers whose certificate the plan replaces must answer."""
    return frozenset()


@mutation(
    rule="20",
    replaces=dead_server.finish_without,
    hole=_HOLDOUT_DIES,
    unproven="people roll back where a server stays down",
)
def there_is_no_end_without_a_dead_server(original, approved, servers, *, at):  # noqa: ARG001 - as the rule it replaces
    """The plan that is to leave a dead server as it is replaces its certificate all the same."""
    return approved


@mutation(rule="22", replaces=silence.is_relaxed, hole=_SILENT_RELAXED)
def silence_of_relaxed_clients_raises_no_attention(original, rule):  # noqa: ARG001 - as the rule it replaces
    """Relaxed clients that do not check in after a replacement are waited for without attention."""
    return False


@mutation(rule="22", replaces=silence._together, hole=_ANOTHER_KIND)
def relaxed_clients_of_one_build_are_not_missed(original, *args):  # noqa: ARG001 - as the rule it replaces
    """Silence is reported only when no relaxed client checks in: the clients of one build may be cut off."""
    return []


@mutation(rule="22", replaces=silence.silent_elsewhere, hole=_BESIDE)
def only_clients_of_the_gate_are_missed(original, *args):  # noqa: ARG001 - as the rule it replaces
    """Silence is reported of clients that a gate waits for, and of no others."""
    return []


@mutation(rule="22", replaces=clients_beside.reads_at, hole=_BESIDE_A_TASK)
def no_client_is_read_beside_a_task(original, run):  # noqa: ARG001 - as the rule it replaces
    """While a task or a question is open no client is read."""
    return


@mutation(rule="13", replaces=canary_watch.refused_by, hole=_CANARIES)
def canaries_that_refuse_are_asked_about_at_the_limit(original, step, seen):  # noqa: ARG001 - as the rule it replaces
    """Canaries that check in and take no policy are waited for like those that are away."""
    return False


@mutation(rule="8", replaces=silence._by_swap, hole=_NO_LIST)
def silence_after_a_replacement_raises_no_attention(original, *args):  # noqa: ARG001 - as the rule it replaces
    """Clients of the replaced server that do not reappear are waited for without attention."""
    return False


@mutation(rule="24b", replaces=signing.shown_by_clients, hole=_NEW_DATES)
def no_client_shows_what_servers_sign(original, *args, **named):
    """The dates of .SIG files are trusted, and no client shows that it takes what a server signs."""
    return _nothing_to_do(original, *args, **named)


@mutation(rule="24b", replaces=shown.has_taken, hole=_NEW_DATES)
def a_client_that_is_asked_has_shown_it(original, *args, **named):  # noqa: ARG001 - as the rule it replaces
    """A client that is asked to take a policy counts as having taken it."""
    return True


@mutation(rule="24d", replaces=signed_files.while_there, hole=_BETWEEN)
def a_replaced_server_is_left_without_a_look(original, owners):
    """Dates of .SIG files are compared when the gate after a replacement is over, and no sooner."""
    return _leaves(original, owners)


@mutation(rule="21", replaces=unproven_failover.fails_over, hole=_ROAMERS)
def one_list_stands_for_the_others(original, seen_at, offers):
    """A client seen at two servers of one list is taken to fail over in every other list of the group."""
    return any(original(seen_at, [offer]) for offer in offers)


@mutation(rule="26", replaces=handing_out.stop_hand_outs, hole=_SCRIPT)
def no_person_stops_what_hands_out_sylink(original, *args, **named):
    """No person is asked what else hands out Sylink.xml, and it goes on doing so."""
    return _nothing_to_do(original, *args, **named)


@mutation(rule="27", replaces=upgraded.upgraded, hole=_HTTP_PORT)
def upgrades_are_not_named(original, *args, **named):  # noqa: ARG001 - as the rule it replaces
    """SEPM may be of another version than the plan was made on, and a server may listen at another HTTP port."""
    return ()


MUTATIONS = (
    refusing_clients_are_not_named,
    no_attention_names_clients_in_trouble,
    edited_lists_are_not_named,
    copies_of_lists_are_not_looked_at,
    clients_hold_no_wrong_list,
    open_replacements_are_not_watched,
    a_dead_server_is_not_named,
    a_server_that_the_plan_leaves_alone_is_not_missed,
    there_is_no_end_without_a_dead_server,
    silence_of_relaxed_clients_raises_no_attention,
    relaxed_clients_of_one_build_are_not_missed,
    only_clients_of_the_gate_are_missed,
    no_client_is_read_beside_a_task,
    canaries_that_refuse_are_asked_about_at_the_limit,
    silence_after_a_replacement_raises_no_attention,
    no_client_shows_what_servers_sign,
    a_client_that_is_asked_has_shown_it,
    a_replaced_server_is_left_without_a_look,
    one_list_stands_for_the_others,
    no_person_stops_what_hands_out_sylink,
    upgrades_are_not_named,
)
