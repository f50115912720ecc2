"""What no public source settles about SEPM: the product is right on every setting, over list A and over list B."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server, three_servers
from emulator.switches import (
    DefectiveBuilds,
    Downloads,
    InheritorsFollow,
    MismatchClearsLastServer,
    PatchSecureCommunications,
    PatchSemServer,
    RejectedDownload,
    SecureCommunicationsScope,
    SerialReported,
    Switches,
    Trusts,
    UnverifiedMismatch,
)
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Limits

HEARTBEAT = timedelta(minutes=5)
SOON = (2 * HEARTBEAT, 4 * HEARTBEAT)
LIMITS = Limits(
    relax_floor=timedelta(0),
    purge_after=None,
    holdout_minimum=timedelta(hours=1),
    holdout_maximum=timedelta(hours=12),
    gate_patience=timedelta(hours=2),
)
"""The site's owner knows that publishing takes up to two minutes."""
SETTINGS = {
    "slow": Switches(
        patch_sem_server=PatchSemServer.REFUSED,
        patch_secure_communications=PatchSecureCommunications.IGNORED,
        downloads=Downloads.LIST_FIRST,
        defective_builds=DefectiveBuilds.UP_TO_14_2_1,
        inheritors_follow=InheritorsFollow.AT_NEXT_PUBLISH,
        serial_reported=SerialReported.NEXT_CONTACT,
        rejected_download=RejectedDownload.SILENT,
        mismatch_clears_last_server=MismatchClearsLastServer.AFTER_24H,
        token_life=timedelta(seconds=30),
        rate_limit=40,
        publish_delay=timedelta(minutes=1),
        stays=timedelta(hours=3),
        checks_validity=True,
    ),
    "coarse": Switches(
        patch_sem_server=PatchSemServer.IGNORED,
        patch_secure_communications=PatchSecureCommunications.REFUSED,
        trusts=Trusts.SAME_AUTHORITY,
        downloads=Downloads.POLICY_FIRST,
        maintenance_moves_serials=True,
        hurries_after_update=True,
        purged_id_returns=True,
        shrinking_pages=True,
        page_delay=timedelta(milliseconds=50),
        largest_page=6,
        restart_after_swap=timedelta(seconds=10),
        storm_every=timedelta(minutes=50),
        storm_lasting=timedelta(minutes=4),
        secure_communications_scope=SecureCommunicationsScope.GROUP,
        swap_moves_serials=False,
        rejected_download=RejectedDownload.FAIL_OVER,
        tls_mismatch_when_unverified=UnverifiedMismatch.ACCEPTED,
        rest_port_follows_certificate=False,
        edits_move_list_times=False,
    ),
}
SITES = {
    "list-a": one_server(clients=10, heartbeat=HEARTBEAT),
    "list-b": three_servers(clients=10, heartbeat=HEARTBEAT, returns=SOON),
}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("setting", SETTINGS)
async def test_no_client_is_lost_on_any_switch_setting(played, site, setting):
    """The rotation completes, every client survives, every setting is put back, whatever SEPM turns out to do."""
    spec = SITES[site].model_copy(update={"switches": SETTINGS[setting]})
    async with played.play(spec=spec, limits=LIMITS) as here:
        before = here.settings()
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
    assert here.settings() == before


async def test_rule_9_where_serials_do_not_move_there_is_no_proof(played):
    """Nothing shows who holds the relaxed policy: the rotation asks, and a cancel puts everything back."""
    unmoved = SITES["list-a"].model_copy(update={"switches": Switches(settings_move_serials=False)})
    cancelled = played.Deed(played.asked("serial-did-not-move"), lambda here: here.say(Move.CANCEL))
    async with played.play(cancelled, spec=unmoved, limits=LIMITS) as here:
        here.absent = played.asked("serial-did-not-move")
        before = here.settings()
        assert await here.run() is Outcome.CANCELLED

    assert here.settings() == before
    assert here.lost() == []


def test_every_switch_is_turned():
    """Each switch has a setting above that is not its default; others have tests of their own."""
    usual = Switches().model_dump()
    turned = {name for each in SETTINGS.values() for name, value in each.model_dump().items() if value != usual[name]}
    others = {"patch_client_log", "stale_sig_files", "stale_sig_dates", "settings_move_serials"}
    assert turned == set(Switches.model_fields) - others


async def test_rule_24_stale_signatures_are_found_before_clients_verify(played):
    """A server that goes on signing with its former key is named, publishes again, and cuts no client off."""
    spec = SITES["list-a"].model_copy(update={"switches": Switches(stale_sig_files=True)})
    async with played.play(spec=spec, limits=LIMITS) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.stage.simulation.effects.count("console.republish", "SEPM-1") == 1
    assert here.lost() == []


async def test_rule_13_stale_signatures_show_on_the_canaries_alone(played):
    """Where an operator reports dates that are not those of the files, canaries are the first that verify.

    Their gate after A10d does not pass and names them; no other client verifies yet. Once the server signs again, the
    gate passes by itself, the rotation completes and every client is back.
    """

    def claim(here):
        return here.say(Move.CLAIM_TASK, who="bob", task_id=here.state.task.id)

    def tell_other_dates(here):
        now = here.stage.clock.now().isoformat()
        dates = {"certificate": now, "oldest_sig": now}
        return here.say(Move.TASK_DONE, who="bob", task_id=here.state.task.id, attestation=dates)

    def is_claimed(state):
        return state.task is not None and state.step.number == "signed" and state.task.claimed_by == "bob"

    reported = played.in_turn(played.Deed(played.at("signed"), claim), played.Deed(is_claimed, tell_other_dates))
    held = played.Deed(played.asked("canary-held"), lambda here: here.stage.simulation.console.republish("SEPM-1"))
    spec = SITES["list-a"].model_copy(update={"switches": Switches(stale_sig_files=True)})
    async with played.play(*reported, held, spec=spec, limits=LIMITS) as here:
        here.leaving = {"compare_signed_files"}
        here.absent = played.asks
        outcome = await here.run()

    asked = played.attention(held.saw, "canary-held")
    assert held.saw.step.number == "A10d"
    assert asked.options == (Move.EXTEND, Move.PROCEED)
    assert "LAB-0001" in asked.message
    assert outcome is Outcome.COMPLETED
    assert {name[:3] for name in here.lost()} <= {"LAB", "OFF"}, "only the canaries were ever in danger"
    assert here.stage.simulation.verdict().clients_lost == 0
