from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, Protocol
from emulator.switches import (
    InheritorsFollow,
    RejectedDownload,
    SecureCommunicationsScope,
    SerialReported,
    Switches,
    UnverifiedMismatch,
)

HOUR = timedelta(hours=1)
THREE_BEATS = timedelta(seconds=12)


def whole_list_a(played, wait):
    played.run(wait)
    played.relax()
    played.run(wait)
    new = played.swap("SEPM-1")
    played.run(wait)
    played.restore_security()
    played.run(wait)
    played.restore_lists()
    played.run(wait)
    return new


@pytest.mark.parametrize(
    "switches",
    [
        Switches(),
        Switches(swap_moves_serials=False),
        Switches(serial_reported=SerialReported.NEXT_CONTACT),
        Switches(secure_communications_scope=SecureCommunicationsScope.GROUP),
        Switches(inheritors_follow=InheritorsFollow.AT_NEXT_PUBLISH),
        Switches(tls_mismatch_when_unverified=UnverifiedMismatch.ACCEPTED),
        Switches(rejected_download=RejectedDownload.FAIL_OVER),
        Switches(publish_delay=timedelta(0)),
    ],
)
def test_list_a_keeps_every_client(play, switches):
    """List A, done with patience, loses no client of a one-server site, whatever the open questions' answers are."""
    played = play(one_server().model_copy(update={"switches": switches}))
    new = whole_list_a(played, THREE_BEATS)
    verdict = played.verdict()
    assert (verdict.clients_total, verdict.clients_lost_ever) == (40, 0)
    for truth in played.truths().values():
        assert truth.held_certificates == (new.fingerprint,)
        assert (truth.protocol, truth.secure_communications) == ("HTTPS", True)


def test_list_a_ends_with_every_serial_current(play):
    """After list A each client reports the serial of its own group."""
    played = play(one_server())
    whole_list_a(played, THREE_BEATS)
    serials = {group.id: group.policy_serial for group in played.site.groups.values()}
    assert all(record.profile_serial == serials[record.group_id] for record in played.records().values())


def test_list_alone_is_not_enough(play, site_of):
    """A client that has the HTTP list but still verifies rejects what a swapped server publishes, and is lost."""
    played = play(site_of(1)).run(2 * HOUR)
    played.console.copy_list("Default Management Server List", "Copy")
    played.console.edit_list("Copy", protocol=Protocol.HTTP)
    played.console.assign_list("Copy", ROOT_GROUP, "Default")
    played.run(4 * HOUR)
    played.swap("A")
    verdict = played.run(8 * HOUR).verdict()
    assert verdict.clients_lost == 20
    assert "does not verify" in verdict.lost[0].why


def test_client_that_slept_through_relax_is_lost(play, site_of):
    """A client that was away from before relax until after the swap is lost, and only that one."""
    away = ClientSpec(group=ROOT_GROUP, count=1, prefix="AWAY", away=((timedelta(0), 20 * HOUR),))
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=5), away)).run(HOUR)
    played.relax()
    played.run(4 * HOUR)
    played.swap("A")
    assert played.run(10 * HOUR).verdict().clients_lost == 0
    lost = played.run(20 * HOUR).verdict().lost
    assert [each.name for each in lost] == ["AWAY-0001"]


def test_client_away_between_swap_and_restore_survives(play, site_of):
    """A client that took relax before it went away takes certificate and verification in one download on its return."""
    away = ClientSpec(group=ROOT_GROUP, count=1, prefix="AWAY", away=((5 * HOUR, 40 * HOUR),))
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=5), away)).run(HOUR)
    played.relax()
    played.run(4 * HOUR)
    new = played.swap("A")
    played.run(4 * HOUR).restore_security()
    played.run(50 * HOUR)
    assert played.verdict().clients_lost_ever == 0
    assert played.truths()["AWAY-0001"].held_certificates == (new.fingerprint,)


def test_group_left_out_is_lost(play, site_of):
    """A group that does not inherit and was not relaxed loses its clients at the swap; the others stay."""
    location = LocationSpec(heartbeat=HOUR)
    own = f"{ROOT_GROUP}\\Own"
    groups = (
        GroupSpec(path=ROOT_GROUP, locations=(location,)),
        GroupSpec(path=own, locations=(location,)),
    )
    clients = (ClientSpec(group=ROOT_GROUP, count=4), ClientSpec(group=own, count=3, prefix="OWN"))
    played = play(site_of(1, *clients, groups=groups)).run(HOUR)
    played.relax(ROOT_GROUP)
    played.run(4 * HOUR)
    played.swap("A")
    verdict = played.run(10 * HOUR).verdict()
    assert {each.group for each in verdict.lost} == {own}
    assert verdict.clients_lost == 3


def test_blocked_http_cuts_off_at_relax(play, site_of):
    """A client whose network lets no HTTP through is lost as soon as it has taken the HTTP list."""
    blocked = ClientSpec(group=ROOT_GROUP, count=2, prefix="BLOCKED", http_blocked=True)
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=4), blocked)).run(HOUR)
    played.relax()
    assert played.run(10 * HOUR).verdict().clients_lost == 2


def test_wrong_http_port_cuts_off(play, site_of):
    """An HTTP list with a port that no server listens on reaches no server."""
    played = play(site_of(1)).run(HOUR)
    played.relax()
    played.console.edit_list("Default Management Server List HTTP", http_ports={"A": 9999})
    assert played.run(10 * HOUR).verdict().clients_lost == 20
