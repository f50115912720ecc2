from datetime import timedelta
from time import process_time

import pytest

from emulator.scenarios import one_server, synthetic, three_servers
from emulator.spec import ROOT_GROUP, Protocol
from emulator.switches import MismatchClearsLastServer, RejectedDownload, SerialReported, Switches
from tests.proof.drawn.event_draws import USUAL, draw_site_events

HOUR = timedelta(hours=1)
LEGACY = f"{ROOT_GROUP}\\Legacy"


def everything(played):
    return (
        tuple(played.simulation.fleet.records()),
        tuple((truth.name, truth.powered, truth.last_server, truth.held_serial) for truth in played.truths().values()),
        played.verdict(),
    )


def rough_rotation(played, move):
    """A rotation that is too fast for some clients, so that every kind of heartbeat occurs."""
    move(30)
    played.console.copy_list("Branch List", "Branch List HTTP")
    played.console.edit_list("Branch List HTTP", protocol=Protocol.HTTP)
    played.console.assign_list("Branch List HTTP", f"{ROOT_GROUP}\\Branch", "Default")
    move(5)
    played.swap("SEPM-1")
    move(30)
    played.simulation.stop_server("SEPM-2")
    move(7)
    played.simulation.start_server("SEPM-2")
    played.swap("SEPM-3")
    move(40)
    played.restore_security()
    played.swap("SEPM-2")
    move(60)


@pytest.mark.parametrize(
    "switches",
    [
        Switches(),
        Switches(mismatch_clears_last_server=MismatchClearsLastServer.AFTER_24H),
        Switches(rejected_download=RejectedDownload.SILENT, serial_reported=SerialReported.NEXT_CONTACT),
        Switches(rejected_download=RejectedDownload.FAIL_OVER, swap_moves_serials=False),
        Switches(stale_sig_files=True),
    ],
)
def test_skipped_heartbeats_change_nothing(play, switches):
    """Playing every single heartbeat gives the same records, clients and verdict as skipping the steady ones."""
    spec = three_servers(clients=90, heartbeat=HOUR).model_copy(update={"switches": switches})
    lazy, eager = play(spec), play(spec)

    def step_by_step(hours):
        for _ in range(hours * 2):
            eager.simulation.fleet.before_change()
            eager.run(HOUR / 2)

    rough_rotation(lazy, lambda hours: lazy.run(hours * HOUR))
    rough_rotation(eager, step_by_step)
    assert everything(lazy) == everything(eager)
    assert lazy.verdict().clients_lost_ever > 0


@pytest.mark.parametrize("seed", range(4))
def test_skipped_heartbeats_change_nothing_whatever_happens(play, seed):
    """The same holds while computers come and go, servers vanish, and people make changes of their own accord."""
    spec = three_servers(seed=seed, clients=60, heartbeat=HOUR)
    spec = spec.model_copy(update={"purge_after": timedelta(days=9)})
    lazy, eager = play(spec), play(spec)
    often = {kind: 4 * rate for kind, rate in USUAL.items()} | {"certificate_generated": 12}
    for played in (lazy, eager):
        start = played.simulation.now
        for scheduled in draw_site_events(spec, seed, start, start + timedelta(days=30), often):
            played.simulation.schedule(scheduled.site_event, scheduled.at)
    lazy.run(timedelta(days=30))
    for _ in range(30 * 24):
        eager.simulation.fleet.before_change()
        eager.run(HOUR)
    assert everything(lazy) == everything(eager)
    assert lazy.simulation.effects.journal == eager.simulation.effects.journal
    assert lazy.simulation.missed == eager.simulation.missed
    assert lazy.verdict().clients_lost_ever > 0


def test_reading_changes_nothing(play):
    """A caller that reads in between, however often, sees the same run."""
    spec = three_servers(heartbeat=HOUR)
    quiet, watched = play(spec), play(spec)

    def watch(hours):
        for _ in range(hours * 5):
            watched.run(HOUR / 5)
            list(watched.simulation.fleet.records(group_id=watched.site.group(LEGACY).id))
            watched.verdict()

    rough_rotation(quiet, lambda hours: quiet.run(hours * HOUR))
    rough_rotation(watched, watch)
    assert everything(quiet) == everything(watched)


def test_one_seed_is_one_run(play):
    """Two runs of one seed are equal, certificates and all."""
    first, second = play(three_servers(seed=5)), play(three_servers(seed=5))
    for played in (first, second):
        rough_rotation(played, lambda hours, played=played: played.run(hours * timedelta(seconds=3)))
    assert everything(first) == everything(second)
    assert first.site.first_server.credential.der == second.site.first_server.credential.der


def test_another_seed_is_another_run(play):
    """Another seed gives other ids and other heartbeats."""
    first, second = play(one_server(seed=1)), play(one_server(seed=2))
    first.run(HOUR)
    second.run(HOUR)
    assert not {each.id for each in first.records().values()} & {each.id for each in second.records().values()}


def test_ninety_days_of_five_thousand_clients_take_seconds(play):
    """5,000 clients with an hourly heartbeat, 20 changes in 90 days: some ten million heartbeats in well under 20 s.

    Of a processor: others may use it, too.
    """
    played = play(synthetic())
    started = process_time()
    for number in range(20):
        played.run(timedelta(days=4))
        if number % 2:
            played.swap(f"SEPM-{number // 2 % 3 + 1}")
        else:
            played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=number % 4 == 0)
    played.run(timedelta(days=10))
    verdict = played.verdict()
    assert process_time() - started < 20
    assert verdict.clients_total == 5000
    assert {each.build for each in verdict.lost_ever} == {"14.2.3335.1000"}
