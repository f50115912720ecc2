from datetime import timedelta

import pytest

from emulator.errors import RefusedWriteError
from emulator.events.site_events import RecordsDoubled
from emulator.simulation import SettingsWrite
from emulator.spec import ROOT_GROUP, ClientSpec, Protocol
from emulator.state.effects import Actor
from emulator.switches import (
    DefectiveBuilds,
    Downloads,
    PatchClientLog,
    PatchSecureCommunications,
    RejectedDownload,
    SerialReported,
    Switches,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DEFAULT = "Default Management Server List"
ONE = ClientSpec(group=ROOT_GROUP, count=1)


def relax_in_one_write(played):
    """An HTTP list assigned and secure communications switched off in one call."""
    played.console.copy_list(DEFAULT, "Copy")
    played.console.edit_list("Copy", protocol=Protocol.HTTP)
    played.simulation.write_settings(
        ROOT_GROUP, "Default", SettingsWrite(server_list="Copy", secure_communications=False)
    )
    return played


@pytest.mark.parametrize("switch", PatchSecureCommunications)
def test_rest_write_of_secure_communications(play, site_of, switch):
    """A write of secure communications works, is ignored without a word, or is refused with all of its call."""
    played = play(site_of(1, switches=Switches(patch_secure_communications=switch)))
    write = SettingsWrite(secure_communications=False, heartbeat=2 * HOUR)
    if switch is PatchSecureCommunications.REFUSED:
        with pytest.raises(RefusedWriteError):
            played.simulation.write_settings(ROOT_GROUP, "Default", write)
    else:
        played.simulation.write_settings(ROOT_GROUP, "Default", write)
    settings = next(iter(played.site.group(ROOT_GROUP).settings.values()))
    assert settings.secure_communications is (switch is not PatchSecureCommunications.WORKS)
    assert (settings.heartbeat == HOUR) is (switch is PatchSecureCommunications.REFUSED)


@pytest.mark.parametrize("switch", PatchClientLog)
def test_rest_write_of_the_log_size(play, site_of, switch):
    """A write of the size of the clients' log works, is ignored without a word, or is refused."""
    played = play(site_of(1, switches=Switches(patch_client_log=switch)))
    write = SettingsWrite(log_kb=513)
    if switch is PatchClientLog.REFUSED:
        with pytest.raises(RefusedWriteError):
            played.simulation.write_settings(ROOT_GROUP, "Default", write)
    else:
        played.simulation.write_settings(ROOT_GROUP, "Default", write)
    settings = next(iter(played.site.group(ROOT_GROUP).settings.values()))
    assert settings.log_kb == (513 if switch is PatchClientLog.WORKS else 512)


def test_settings_need_not_move_serials(play, site_of):
    """Clients take changed settings whether the serial moves with them or not."""
    for moves in (True, False):
        played = play(site_of(1, switches=Switches(settings_move_serials=moves))).run(2 * HOUR)
        root = played.site.group(ROOT_GROUP)
        before = root.policy_serial
        relax_in_one_write(played).run(3 * HOUR)
        assert (root.policy_serial != before) is moves
        assert {truth.protocol for truth in played.truths().values()} == {"HTTP"}


def test_nightly_maintenance_may_move_serials(play, site_of):
    """With that switch all serials move each night, without any edit."""
    played = play(site_of(1, switches=Switches(maintenance_moves_serials=True)))
    serials = {played.run(DAY).site.group(ROOT_GROUP).policy_serial for _ in range(4)}
    assert len(serials) == 4
    assert {each.actor for each in played.simulation.effects.views()} == {Actor.UPKEEP}
    assert played.verdict().clients_lost_ever == 0


@pytest.mark.parametrize(
    ("downloads", "first", "serial_first"),
    [
        (Downloads.ONE, ("HTTP", False), True),
        (Downloads.LIST_FIRST, ("HTTP", True), False),
        (Downloads.POLICY_FIRST, ("HTTPS", False), True),
    ],
)
def test_list_and_policy_are_one_download_or_two(play, site_of, downloads, first, serial_first):
    """After its first contact a client has both, or one of them; the serial comes with the policy."""
    played = relax_in_one_write(play(site_of(1, ONE, switches=Switches(downloads=downloads))).run(2 * HOUR))
    contact = played.records()["PC-0001"].last_update_ms
    while (record := played.run(HOUR / 12).records()["PC-0001"]).last_update_ms == contact:
        pass
    truth = played.truths()["PC-0001"]
    assert (truth.protocol, truth.secure_communications) == first
    assert (record.profile_serial == played.site.group(ROOT_GROUP).policy_serial) is serial_first
    truth = played.run(2 * HOUR).truths()["PC-0001"]
    assert (truth.protocol, truth.secure_communications) == ("HTTP", False)
    assert played.records()["PC-0001"].profile_serial == played.site.group(ROOT_GROUP).policy_serial


@pytest.mark.parametrize("downloads", [Downloads.LIST_FIRST, Downloads.POLICY_FIRST])
def test_two_downloads_take_turns_though_something_new_is_published_before_each_contact(play, site_of, downloads):
    """A client whose policy changes more often than it reports still gets both, the list and the policy."""
    played = relax_in_one_write(play(site_of(1, ONE, switches=Switches(downloads=downloads))).run(2 * HOUR))
    for _ in range(8):
        played.console.edit_policy(ROOT_GROUP)
        played.run(HOUR / 2)
    truth = played.truths()["PC-0001"]
    assert (truth.protocol, truth.secure_communications) == ("HTTP", False)


def test_half_a_download_may_cut_a_client_off(play, site_of):
    """Swapped between two downloads, a client with the HTTP list that still verifies is lost; one with both is not."""
    for wait, lost in ((1.3 * HOUR, 1), (3 * HOUR, 0)):
        played = relax_in_one_write(play(site_of(1, ONE, switches=Switches(downloads=Downloads.LIST_FIRST))).run(HOUR))
        played.run(wait).swap("A")
        assert played.run(10 * HOUR).verdict().clients_lost == lost


def test_a_client_may_hurry_after_an_update(play, site_of):
    """With that switch a client that took something new is back within a minute, once, and then keeps its rhythm."""
    for hurries, contacts in ((False, 5), (True, 6)):
        played = play(site_of(1, ONE, switches=Switches(hurries_after_update=hurries))).run(2 * HOUR)
        played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=False)
        seen = {played.run(timedelta(minutes=1)).records()["PC-0001"].last_update_ms for _ in range(240)}
        assert len(seen) == contacts
        after = played.run(2 * HOUR).records()["PC-0001"].last_update_ms
        assert after - max(seen) > HOUR.total_seconds() * 1000 / 2


def test_which_builds_are_defective_is_disputed(play, site_of):
    """14.2 and 14.2.1 never fail over; 14.2.2 does by the one text and not by the other."""
    for switch, builds in (
        (DefectiveBuilds.ALL_14_2, {"14.2.1031.0100", "14.2.3335.1000", "14.2.5323.2000"}),
        (DefectiveBuilds.UP_TO_14_2_1, {"14.2.1031.0100", "14.2.3335.1000"}),
    ):
        batches = [
            ClientSpec(group=ROOT_GROUP, count=20, build=build, prefix=build)
            for build in ("14.2.1031.0100", "14.2.3335.1000", "14.2.5323.2000", "14.3.9816.7000")
        ]
        played = play(site_of(2, *batches, switches=Switches(defective_builds=switch))).run(2 * HOUR)
        played.swap("A")
        assert {each.build for each in played.run(9 * HOUR).verdict().lost} == builds


def test_an_upgraded_client_fails_over(play, site_of):
    """A client that gets another build behaves as that build does."""
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=9, build="14.2.1031.0100"))).run(2 * HOUR)
    for name in played.records():
        played.simulation.machines.upgrade(name, "14.3.9816.7000")
    played.swap("A")
    assert played.run(9 * HOUR).verdict().clients_lost_ever == 0


def test_a_purged_client_may_get_its_id_back(play, site_of):
    """A client that SEPM forgot returns under its former id, or under another one, by that switch."""
    away = ClientSpec(group=ROOT_GROUP, count=1, prefix="AWAY", away=((DAY, 20 * DAY),))
    for same in (True, False):
        played = play(site_of(1, away, purge_after=7 * DAY, switches=Switches(purged_id_returns=same)))
        before = played.run(2 * DAY).records()["AWAY-0001"].id
        assert not played.run(8 * DAY).records()
        assert (played.run(12 * DAY).records()["AWAY-0001"].id == before) is same


def test_a_swap_may_keep_its_server_away_for_minutes(play, site_of):
    """With that switch a server is away for so long after a swap; no client counts as lost meanwhile."""
    played = play(site_of(1, switches=Switches(restart_after_swap=timedelta(minutes=20)))).run(HOUR)
    played.relax()
    played.run(4 * HOUR).swap("A")
    server = played.run(timedelta(minutes=19)).site.server("A")
    assert not server.answers
    assert played.run(timedelta(minutes=1)).site.server("A").answers
    assert played.run(9 * HOUR).verdict().clients_lost_ever == 0


def test_some_machines_have_two_records_from_the_start(play, site_of):
    """With duplicate records some machines are listed twice, once with a contact of long ago."""
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=100), duplicate_records=20)).run(2 * HOUR)
    records = list(played.simulation.fleet.records())
    stale = [record for record in records if not record.online]
    assert 105 < len(records) < 135
    assert len(stale) == len(records) - 100
    assert len({record.id for record in records}) == len(records)
    assert len({record.hardware_key for record in records}) == 100
    assert played.verdict().clients_total == 100


@pytest.mark.parametrize(
    "switches",
    [
        Switches(downloads=Downloads.LIST_FIRST, hurries_after_update=True),
        Switches(downloads=Downloads.POLICY_FIRST, serial_reported=SerialReported.NEXT_CONTACT),
        Switches(
            downloads=Downloads.LIST_FIRST,
            rejected_download=RejectedDownload.FAIL_OVER,
            stale_sig_files=True,
            maintenance_moves_serials=True,
            restart_after_swap=HOUR,
        ),
    ],
)
def test_skipped_heartbeats_change_nothing_on_these_switches(play, site_of, switches):
    """Playing every heartbeat gives the same as skipping the steady ones, on the switches that clients act by."""
    lazy, eager = (play(site_of(2, ClientSpec(group=ROOT_GROUP, count=30), switches=switches)) for _ in range(2))

    def move(hours):
        lazy.run(hours * HOUR)
        for _ in range(hours * 2):
            eager.simulation.fleet.before_change()
            eager.run(HOUR / 2)

    move(3)
    for act in (
        relax_in_one_write,
        lambda played: played.swap("A"),
        lambda played: played.simulation.schedule(RecordsDoubled(group=ROOT_GROUP, count=3), played.simulation.now),
        lambda played: played.swap("B"),
        lambda played: played.restore_security(),
        lambda played: played.restore_lists(),
        lambda played: played.swap("A"),
    ):
        act(lazy)
        act(eager)
        move(7)
    move(30)
    assert tuple(lazy.simulation.fleet.records()) == tuple(eager.simulation.fleet.records())
    assert tuple(lazy.simulation.fleet.truths()) == tuple(eager.simulation.fleet.truths())
    assert lazy.verdict() == eager.verdict()
