from collections import Counter
from datetime import timedelta

import pytest

from emulator.certificates.keyfiles import CertificateFormat
from emulator.scenarios import three_servers
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, ListSpec, LocationSpec
from emulator.switches import MismatchClearsLastServer, RejectedDownload, SerialReported, Switches

HOUR = timedelta(hours=1)
BEATS = timedelta(seconds=15)
LEGACY = f"{ROOT_GROUP}\\Legacy"
DEFECTIVE = "14.2.3335.1000"


@pytest.mark.parametrize(
    "switches",
    [
        Switches(),
        Switches(swap_moves_serials=False),
        Switches(mismatch_clears_last_server=MismatchClearsLastServer.AFTER_24H),
        Switches(serial_reported=SerialReported.NEXT_CONTACT),
        Switches(rejected_download=RejectedDownload.SILENT),
    ],
)
def test_list_b_with_relaxed_legacy_group_keeps_every_client(play, switches):
    """One server after the other, 14.2.x clients relaxed around each wave, a holdout for those away: none is lost."""
    played = play(three_servers().model_copy(update={"switches": switches})).run(BEATS)
    played.relax(LEGACY)
    played.run(BEATS)
    for server in ("SEPM-1", "SEPM-2"):
        played.swap(server)
        played.run(BEATS)
    # the holdout: clients that were away come back in it
    played.run(timedelta(seconds=60))
    played.swap("SEPM-3")
    played.run(BEATS).restore_security(LEGACY)
    played.run(BEATS).restore_lists(LEGACY)
    played.run(BEATS)
    assert played.verdict().clients_lost_ever == 0
    assert {truth.protocol for truth in played.truths().values()} == {"HTTPS"}
    new = {server.credential.fingerprint for server in played.site.servers.values()}
    assert all(set(truth.held_certificates) == new for truth in played.truths().values())


def test_defective_build_is_lost_beside_a_trusted_server(play, site_of):
    """A 14.2.x client stuck on a swapped server is lost though it trusts the holdout: it never chooses it."""
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=30, build=DEFECTIVE))).run(2 * HOUR)
    on_swapped = {name for name, record in played.records().items() if record.last_server_name == "A"}
    assert 0 < len(on_swapped) < 30
    played.swap("A")
    verdict = played.run(7 * HOUR).verdict()
    assert {each.name for each in verdict.lost} <= on_swapped
    assert verdict.clients_lost > 0
    holdout = played.site.server("B").credential.fingerprint
    stuck = played.truths()[verdict.lost[0].name]
    assert holdout in stuck.held_certificates
    assert "certificate that A shows" in verdict.lost[0].why


def test_defective_build_still_fails_over_when_a_server_is_down(play, site_of):
    """A 14.2.x client moves on when a server does not answer at all."""
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=20, build=DEFECTIVE))).run(2 * HOUR)
    played.simulation.stop_server("A")
    played.run(3 * HOUR)
    assert {record.last_server_name for record in played.records().values()} == {"B"}


def test_old_certificate_put_back_heals_and_is_remembered(play, site_of):
    """Lost clients find back when the old certificate returns; the verdict keeps that they were lost."""
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=30, build=DEFECTIVE))).run(2 * HOUR)
    old = played.site.server("A").credential
    played.swap("A")
    lost = played.run(9 * HOUR).verdict().clients_lost
    played.console.replace_certificate("A", old.certificate_pem + old.key_pem, CertificateFormat.PEM)
    verdict = played.run(9 * HOUR).verdict()
    assert (verdict.clients_lost, verdict.clients_lost_ever) == (0, lost)
    assert all(each.healed for each in verdict.lost_ever)


def test_second_swap_too_soon_loses_clients(play, site_of):
    """When both servers change before clients have met the news at the other one, clients know neither certificate."""
    played = play(site_of(2)).run(2 * HOUR)
    played.swap("A")
    played.swap("B")
    assert played.run(8 * HOUR).verdict().clients_lost == 20


def test_naive_swap_of_all_servers_loses_everybody(play):
    """Replacing all certificates at once cuts off every client that verifies."""
    played = play(three_servers()).run(BEATS)
    for server in ("SEPM-1", "SEPM-2", "SEPM-3"):
        played.swap(server)
    verdict = played.run(timedelta(seconds=120)).verdict()
    assert verdict.clients_lost == verdict.clients_total == 60


def test_one_reachable_server_is_lost_by_list_b(play, site_of):
    """A client whose network reaches only the swapped server has nowhere to learn of its new certificate."""
    fenced = ClientSpec(group=ROOT_GROUP, count=3, prefix="FENCED", reachable_servers=frozenset({"A"}))
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=10), fenced)).run(2 * HOUR)
    played.swap("A")
    assert {each.name[:6] for each in played.run(8 * HOUR).verdict().lost} == {"FENCED"}


def test_client_back_during_the_holdout_learns_the_new_certificates(play, site_of):
    """A client that was away for weeks checks in at the holdout and then trusts the other servers."""
    away = ClientSpec(group=ROOT_GROUP, count=5, prefix="AWAY", away=((timedelta(0), timedelta(days=60)),))
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=5), away)).run(HOUR)
    played.swap("A")
    played.run(timedelta(days=61)).swap("B")
    assert played.run(timedelta(days=5)).verdict().clients_lost_ever == 0


def test_client_back_after_the_holdout_is_lost(play, site_of):
    """A client that comes back only after the last server has changed is lost."""
    away = ClientSpec(group=ROOT_GROUP, count=2, prefix="AWAY", away=((timedelta(0), timedelta(days=60)),))
    played = play(site_of(2, ClientSpec(group=ROOT_GROUP, count=5), away)).run(HOUR)
    played.swap("A")
    played.run(timedelta(days=30)).swap("B")
    assert played.run(timedelta(days=40)).verdict().clients_lost == 2


def by_priorities(site_of, *priorities):
    groups = (GroupSpec(path=ROOT_GROUP, locations=(LocationSpec(server_list="L", heartbeat=HOUR),)),)
    return site_of(3, groups=groups, server_lists=(ListSpec(name="L", priorities=priorities),))


def test_highest_priority_serves_all(play, site_of):
    """With priorities every client is at the first server while it is up."""
    played = play(by_priorities(site_of, ("B",), ("A",), ("C",))).run(2 * HOUR)
    assert {record.last_server_name for record in played.records().values()} == {"B"}


def test_failover_goes_down_the_priorities_in_order(play, site_of):
    """When the first server is down the second takes over, then the third."""
    played = play(by_priorities(site_of, ("B",), ("A",), ("C",))).run(2 * HOUR)
    played.simulation.stop_server("B")
    played.run(2 * HOUR)
    assert {record.last_server_name for record in played.records().values()} == {"A"}
    played.simulation.stop_server("A")
    played.run(2 * HOUR)
    assert {record.last_server_name for record in played.records().values()} == {"C"}


def test_client_stays_24_hours_with_a_failover_server(play, site_of):
    """After a failover a client stays with its server for 24 hours though a better one is back, then returns."""
    played = play(by_priorities(site_of, ("B",), ("A",), ("C",))).run(2 * HOUR)
    played.simulation.stop_server("B")
    played.run(2 * HOUR)
    played.simulation.start_server("B")
    played.run(20 * HOUR)
    assert {record.last_server_name for record in played.records().values()} == {"A"}
    played.run(5 * HOUR)
    assert {record.last_server_name for record in played.records().values()} == {"B"}


def test_one_priority_is_balanced_at_random(play, site_of):
    """Servers of one priority share the clients, and a client changes its server only once in 24 hours."""
    played = play(site_of(3, ClientSpec(group=ROOT_GROUP, count=300))).run(2 * HOUR)
    before = played.records()
    share = Counter(record.last_server_name for record in before.values())
    assert set(share) == {"A", "B", "C"}
    assert min(share.values()) > 60
    played.run(timedelta(hours=3))
    moved_soon = sum(before[name].last_server_id != each.last_server_id for name, each in played.records().items())
    played.run(timedelta(hours=30))
    moved = sum(before[name].last_server_id != each.last_server_id for name, each in played.records().items())
    assert moved_soon < moved / 4
    assert moved > 100


def test_mismatch_may_leave_the_last_server_remembered(play, site_of):
    """With that switch a client knocks at its swapped last server again, and is back there once it holds the news."""
    played = play(site_of(2, switches=Switches(mismatch_clears_last_server=MismatchClearsLastServer.AFTER_24H))).run(
        2 * HOUR
    )
    on_swapped = {name for name, record in played.records().items() if record.last_server_name == "A"}
    played.swap("A")
    played.run(4 * HOUR)
    records = played.records()
    assert sum(records[name].last_server_name == "A" for name in on_swapped) > len(on_swapped) * 0.7
    assert played.verdict().clients_lost_ever == 0
