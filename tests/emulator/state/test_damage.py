"""A certificate that is damaged or lost, and how it is put right."""

from datetime import timedelta

import pytest

from emulator.errors import ServerBusyError
from emulator.events.site_events import CertificateDamaged
from emulator.people.operator_actions import perform
from emulator.state.damage import DamageForm

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def damaged(play, site_of):
    """A site of some servers on which A's certificate was damaged just now."""

    def make(form, servers=1):
        played = play(site_of(servers)).run(3 * HOUR)
        played.before = played.site.server("A").credential
        played.simulation.schedule(CertificateDamaged(server="A", form=form), played.simulation.now)
        assert played.simulation.missed == []
        return played.run(MINUTE)

    return make


def put_back(played, fingerprint):
    """What the product asks for."""
    return perform(played.desk(), played.task("put_certificate_back", server="A", fingerprint_sha256=fingerprint), None)


@pytest.mark.parametrize("form", DamageForm)
async def test_damage_cuts_clients_off_and_the_same_certificate_heals_it(damaged, form):
    """A single server: no client completes an exchange until it is back; then each does, with what it held."""
    played = damaged(form)
    server = played.site.server("A")
    assert (server.up, played.site.answers) == (form.starts, form.starts)
    assert (server.credential.fingerprint == played.before.fingerprint) == (not form.starts)
    last = max(record.last_update_ms for record in played.records().values())
    played.run(2 * HOUR)
    assert max(record.last_update_ms for record in played.records().values()) == last
    await put_back(played, played.before.fingerprint)
    played.run(3 * HOUR)
    assert (server.up, server.credential.fingerprint) == (True, played.before.fingerprint)
    assert all(record.last_update_ms > last for record in played.records().values())
    assert played.verdict().clients_lost_ever == 0
    assert played.simulation.effects.views()[-1].kind == "console.restore_certificate"


async def test_a_server_that_does_not_start_is_put_right_once(damaged):
    """While it restarts with its certificate no second restore begins; when it is back nothing is left to do."""
    played = damaged(DamageForm.LOST)
    await put_back(played, played.before.fingerprint)
    with pytest.raises(ServerBusyError):
        await put_back(played, played.before.fingerprint)
    played.run(HOUR)
    done = len(played.simulation.effects.journal)
    await put_back(played, played.before.fingerprint)
    assert len(played.simulation.effects.journal) == done


def test_a_malformed_certificate_is_shown_and_cannot_be_read(damaged):
    """Its bytes are not those of any certificate, and clients do not know them."""
    played = damaged(DamageForm.MALFORMED)
    shown = played.site.server("A").credential
    assert shown.der != played.before.der
    assert shown.certificate == played.before.certificate
