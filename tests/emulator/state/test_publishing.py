from datetime import timedelta
from itertools import pairwise

import pytest

from emulator.instants import to_ms
from emulator.simulation import SettingsWrite
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, Mode, Protocol, ServerSpec
from emulator.switches import (
    InheritorsFollow,
    RejectedDownload,
    SecureCommunicationsScope,
    SerialReported,
    Switches,
    UnverifiedMismatch,
)

HOUR = timedelta(hours=1)
CHILD = f"{ROOT_GROUP}\\Child"
MINUTE = timedelta(minutes=1)


def family(site_of, **site):
    groups = (
        GroupSpec(
            path=ROOT_GROUP, locations=(LocationSpec(heartbeat=HOUR), LocationSpec(name="Office", heartbeat=HOUR))
        ),
        GroupSpec(path=CHILD, inherits=True),
    )
    clients = (ClientSpec(group=ROOT_GROUP, count=3), ClientSpec(group=CHILD, count=3, prefix="CHILD"))
    return site_of(1, *clients, groups=groups, **site)


def test_serial_is_prefix_and_policy_date(play, site_of):
    """A group's serial is four digits of its id and its policy date, in UTC, to the millisecond."""
    group = play(site_of(1)).site.group(ROOT_GROUP)
    date = group.policy_date
    assert group.policy_serial == f"{group.id[:4]}-{date:%m/%d/%Y %H:%M:%S} {date.microsecond // 1000:03d}"


def test_inheritors_share_the_date_not_the_prefix(play, site_of):
    """A group that inherits has its own prefix and its parent's time, before and after a change."""
    played = play(family(site_of))
    root, child = played.site.group(ROOT_GROUP), played.site.group(CHILD)
    for _ in range(2):
        assert child.policy_serial[5:] == root.policy_serial[5:]
        assert child.policy_serial[:4] == child.id[:4] != root.id[:4]
        played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=False)
        played.run(MINUTE)


def test_serial_moves_after_the_publish_delay(play, site_of):
    """A write moves the policy date only when it is published, to that moment by the first server's clock."""
    skew = timedelta(minutes=3)
    spec = family(site_of, switches=Switches(publish_delay=timedelta(seconds=30)))
    spec = spec.model_copy(update={"servers": (ServerSpec(name="A", clock_offset=skew),)})
    played = play(spec)
    root = played.site.group(ROOT_GROUP)
    before = root.policy_date
    played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=False)
    played.run(timedelta(seconds=29))
    assert root.policy_date == before
    played.run(timedelta(seconds=1))
    assert root.policy_date == played.simulation.now + skew


def test_check_ins_show_the_clock_of_their_server(play, site_of):
    """A record's last update is written by the clock of the server that took the contact."""
    skew = timedelta(hours=7)
    spec = site_of(1)
    plain, skewed = play(spec), play(spec.model_copy(update={"servers": (ServerSpec(name="A", clock_offset=skew),)}))
    for name, record in plain.run(3 * HOUR).records().items():
        other = skewed.records() if skewed.simulation.now == plain.simulation.now else skewed.run(3 * HOUR).records()
        assert other[name].last_update_time - record.last_update_time == skew


def test_inheritors_may_publish_later(play, site_of):
    """With that switch a group that inherits publishes one delay after its parent."""
    switches = Switches(inheritors_follow=InheritorsFollow.AT_NEXT_PUBLISH, publish_delay=MINUTE)
    played = play(family(site_of, switches=switches))
    root, child = played.site.group(ROOT_GROUP), played.site.group(CHILD)
    played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=False)
    played.run(MINUTE)
    assert child.policy_serial[5:] != root.policy_serial[5:]
    played.run(MINUTE)
    assert child.policy_serial[5:] == root.policy_serial[5:]


def test_secure_communications_may_be_of_the_whole_group(play, site_of):
    """The scope of secure communications is one location, or with that switch all locations of the group."""
    for scope, expected in (("location", [False, True]), ("group", [False, False])):
        played = play(family(site_of, switches=Switches(secure_communications_scope=SecureCommunicationsScope(scope))))
        played.simulation.write_settings(ROOT_GROUP, "Default", SettingsWrite(secure_communications=False))
        root = played.site.group(ROOT_GROUP)
        assert [each.secure_communications for each in root.settings.values()] == expected


def test_swap_need_not_move_serials(play, site_of):
    """A swap changes what clients get; whether the serial moves with it is a switch."""
    for moves in (True, False):
        played = play(site_of(2, switches=Switches(swap_moves_serials=moves))).run(2 * HOUR)
        root = played.site.group(ROOT_GROUP)
        before = root.policy_serial
        new = played.swap("A")
        played.run(4 * HOUR)
        assert (root.policy_serial != before) is moves
        assert all(new.fingerprint in truth.held_certificates for truth in played.truths().values())


def test_serial_is_reported_in_the_same_or_the_next_contact(play, site_of):
    """A new serial shows in the record one heartbeat later with that switch."""
    for switch, beats in (("same_contact", 2), ("next_contact", 3)):
        spec = site_of(
            1, ClientSpec(group=ROOT_GROUP, count=1), switches=Switches(serial_reported=SerialReported(switch))
        )
        played = play(spec).run(2 * HOUR)
        played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=False)
        serial = ""
        contacts: set[int] = set()
        while serial != played.site.group(ROOT_GROUP).policy_serial or not contacts:
            record = played.run(MINUTE).records()["PC-0001"]
            serial = record.profile_serial
            contacts.add(record.last_update_ms)
        assert len(contacts) == beats


def test_rejected_download_may_look_alive(play, site_of):
    """A client that rejects its download stays online for its servers, or falls silent, by that switch."""
    for switch, online in (("stay_and_report", True), ("silent", False), ("fail_over", False)):
        played = play(site_of(1, switches=Switches(rejected_download=RejectedDownload(switch)))).run(HOUR)
        played.console.copy_list("Default Management Server List", "Copy")
        played.console.edit_list("Copy", protocol=Protocol.HTTP)
        played.console.assign_list("Copy", ROOT_GROUP, "Default")
        played.run(4 * HOUR)
        played.swap("A")
        played.run(10 * HOUR)
        assert {record.online for record in played.records().values()} == {online}
        assert played.verdict().clients_lost == 20


def test_unverified_mismatch_over_https_is_a_switch(play, site_of):
    """With secure communications off over HTTPS an unknown certificate is accepted or refused, by that switch."""
    for switch, lost in (("accepted", 0), ("refused", 20)):
        played = play(site_of(1, switches=Switches(tls_mismatch_when_unverified=UnverifiedMismatch(switch)))).run(HOUR)
        played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=False)
        played.run(4 * HOUR)
        played.swap("A")
        assert played.run(10 * HOUR).verdict().clients_lost == lost


def test_stale_signatures_show_at_the_second_serial_after_verification(play, site_of):
    """With stale .SIG files clients start to verify by an unverified file, then reject the next until `republish`."""
    played = play(site_of(1, switches=Switches(stale_sig_files=True))).run(HOUR)
    played.relax()
    played.run(4 * HOUR)
    played.swap("A")
    played.run(4 * HOUR).restore_security()
    assert played.run(9 * HOUR).verdict().clients_lost_ever == 0
    played.restore_lists()
    assert played.run(9 * HOUR).verdict().clients_lost == 20
    played.console.republish("A")
    assert played.run(9 * HOUR).verdict().clients_lost == 0


def test_adopted_heartbeat_counts_from_the_contact(play, site_of):
    """A client that learns of another heartbeat keeps to it from then on."""
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=1))).run(2 * HOUR)
    played.simulation.write_settings(
        ROOT_GROUP, "Default", SettingsWrite(heartbeat=10 * MINUTE, randomization=timedelta(0))
    )
    played.run(3 * HOUR)
    contacts = {played.run(MINUTE).records()["PC-0001"].last_update_ms for _ in range(60)}
    ordered = sorted(contacts)
    assert {later - earlier for earlier, later in pairwise(ordered)} == {600_000}


def test_push_clients_hear_of_a_change_at_once(play, site_of):
    """Clients in push mode take a change within seconds, long before their heartbeat."""
    groups = (GroupSpec(path=ROOT_GROUP, locations=(LocationSpec(heartbeat=HOUR, mode=Mode.PUSH),)),)
    played = play(site_of(1, groups=groups)).run(2 * HOUR)
    played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=False)
    played.run(timedelta(seconds=5))
    serial = played.site.group(ROOT_GROUP).policy_serial
    assert {record.profile_serial for record in played.records().values()} == {serial}


@pytest.mark.parametrize(("refreshed", "lost"), [("before", 0), ("while off", 0), ("never", 2)])
def test_golden_image_brings_the_old_trust_back(play, site_of, refreshed, lost):
    """A non-persistent desktop starts with what its image held: lost after a swap, unless the image was refreshed."""
    days = timedelta(days=1)
    desktops = ClientSpec(group=ROOT_GROUP, count=2, prefix="VDI", npvdi=True, away=((5 * days, 6 * days),))
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=2), desktops)).run(HOUR)
    played.relax()
    played.run(4 * HOUR)
    played.swap("A")
    played.run(4 * HOUR).restore_security()
    played.run(4 * HOUR).restore_lists()
    for when, wait in (("before", 4 * HOUR), ("while off", 5 * days)):
        played.run(wait)
        if refreshed == when:
            assert played.truths()["VDI-0001"].powered is (when == "before")
            played.console.refresh_golden_images(ROOT_GROUP)
    assert played.run(7 * days).verdict().clients_lost == lost


def test_moved_client_takes_the_policy_of_its_new_group(play, site_of):
    """A client that is moved shows in its new group at once and reports that group's serial after its next contact."""
    own = f"{ROOT_GROUP}\\Own"
    location = LocationSpec(heartbeat=HOUR)
    groups = (GroupSpec(path=ROOT_GROUP, locations=(location,)), GroupSpec(path=own, locations=(location,)))
    played = play(site_of(1, groups=groups)).run(HOUR)
    record = played.records()["PC-0001"]
    target = played.site.group(own)
    played.simulation.fleet.move(record.id, target.id)
    assert [each.name for each in played.simulation.fleet.records(group_id=target.id)] == ["PC-0001"]
    assert played.run(3 * HOUR).records()["PC-0001"].profile_serial == target.policy_serial


def test_policy_date_always_moves(play, site_of):
    """Two changes in one moment still give two policy dates."""
    played = play(site_of(1, switches=Switches(publish_delay=timedelta(0))))
    root = played.site.group(ROOT_GROUP)
    dates = [root.policy_date_ms]
    for enabled in (False, True):
        played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=enabled)
        dates.append(root.policy_date_ms)
    assert len(set(dates)) == 3
    assert dates[1] == to_ms(played.simulation.now)


def test_one_write_is_one_publication(play, site_of):
    """A write of list and secure communications in one call moves the policy date once, and clients take both."""
    played = play(site_of(1)).run(2 * HOUR)
    played.console.copy_list("Default Management Server List", "Copy")
    played.console.edit_list("Copy", protocol=Protocol.HTTP)
    played.simulation.write_settings(
        ROOT_GROUP, "Default", SettingsWrite(server_list="Copy", secure_communications=False)
    )
    played.run(timedelta(seconds=1))
    assert played.site.group(ROOT_GROUP).policy_date == played.simulation.now
    played.run(4 * HOUR)
    assert {(truth.protocol, truth.secure_communications) for truth in played.truths().values()} == {("HTTP", False)}
    assert played.simulation.effects.count("rest.sem_server") == 1
    assert played.simulation.effects.count("rest.secure_communications") == 1
