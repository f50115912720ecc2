import io
import zipfile
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import jks
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emulator.certificates.certificates import self_signed
from emulator.certificates.keyfiles import CertificateFormat, read_certificate_file
from emulator.certificates.keys import pool_key
from emulator.certificates.recovery import keystore
from emulator.errors import (
    CertificateFileError,
    DefaultListError,
    InheritedSettingsError,
    ListInUseError,
    NameTakenError,
    RefusedWriteError,
    ServerBusyError,
    TimeRunsBackwardsError,
    UnknownNameError,
)
from emulator.scenarios import one_server
from emulator.simulation import SettingsWrite
from emulator.spec import ROOT_GROUP, Protocol
from emulator.switches import PatchSemServer, Switches

DEFAULT = "Default Management Server List"
SALES = f"{ROOT_GROUP}\\Sales"
LABS = f"{ROOT_GROUP}\\Labs"
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


def found(root, path):
    element = root.find(path)
    assert element is not None
    return element


@pytest.fixture
def played(play):
    return play(one_server())


@pytest.fixture(scope="module")
def made():
    return self_signed(pool_key(3), "SEPM-1", datetime(2026, 1, 1, tzinfo=UTC))


def test_list_in_use_is_not_deleted(played):
    """A list can be deleted when its last user has left it, and not before."""
    played.console.copy_list(DEFAULT, "Copy")
    played.console.assign_list("Copy", LABS, "Office")
    with pytest.raises(ListInUseError) as refusal:
        played.console.delete_list("Copy")
    assert refusal.value.users == (f"{LABS}/Office",)
    played.console.assign_list(DEFAULT, LABS, "Office")
    played.console.delete_list("Copy")
    assert [each.name for each in played.site.server_lists.values()] == [DEFAULT]


def test_default_list_stays_as_it_is(played):
    """The default list is neither edited nor deleted, and no copy takes its name."""
    with pytest.raises(DefaultListError):
        played.console.edit_list(DEFAULT, protocol=Protocol.HTTP)
    with pytest.raises(DefaultListError):
        played.console.delete_list(DEFAULT)
    with pytest.raises(NameTakenError):
        played.console.copy_list(DEFAULT, DEFAULT)


def test_edit_reaches_the_users_of_a_list(played):
    """An edit of a list moves the serial of the groups that use it, and of no other."""
    played.console.copy_list(DEFAULT, "Copy")
    played.console.assign_list("Copy", LABS, "Office")
    played.run(timedelta(seconds=5))
    before = {group.path: group.policy_serial for group in played.site.groups.values()}
    played.console.edit_list("Copy", protocol=Protocol.HTTP, http_ports={"SEPM-1": 8015})
    played.run(timedelta(seconds=5))
    assert [path for path, serial in before.items() if played.site.group(path).policy_serial != serial] == [LABS]


def test_settings_change_on_their_owner_only(played):
    """A group that inherits refuses writes, and shows what its parent has."""
    with pytest.raises(InheritedSettingsError):
        played.console.set_secure_communications(SALES, "Default", enabled=False)
    with pytest.raises(InheritedSettingsError):
        played.simulation.write_settings(SALES, "Default", SettingsWrite(secure_communications=False))
    played.console.set_secure_communications(ROOT_GROUP, "Default", enabled=False)
    sales = played.site.group(SALES)
    assert not played.site.settings(sales, played.site.location(sales, "Default")).secure_communications


@pytest.mark.parametrize(("switch", "name"), [("works", "Copy"), ("ignored", DEFAULT)])
def test_rest_write_of_the_list_may_do_nothing(play, switch, name):
    """Writing `sem_server` assigns the list, or is ignored without a word, by that switch."""
    spec = one_server().model_copy(update={"switches": Switches(patch_sem_server=PatchSemServer(switch))})
    played = play(spec)
    played.console.copy_list(DEFAULT, "Copy")
    played.simulation.write_settings(LABS, "Office", SettingsWrite(server_list="Copy"))
    labs = played.site.group(LABS)
    settings = played.site.settings(labs, played.site.location(labs, "Office"))
    assert played.site.server_list(settings.server_list).name == name
    assert played.simulation.effects.count("rest.sem_server") == (1 if switch == "works" else 0)


def test_rest_write_of_the_list_may_be_refused(play):
    """A refused write of `sem_server` changes nothing else of the same call."""
    spec = one_server().model_copy(update={"switches": Switches(patch_sem_server=PatchSemServer.REFUSED)})
    played = play(spec)
    write = SettingsWrite(server_list=DEFAULT, secure_communications=False)
    with pytest.raises(RefusedWriteError):
        played.simulation.write_settings(LABS, "Office", write)
    assert played.simulation.effects.report() == ()


def test_effects_are_counted(played):
    """Each act is counted by what it changed."""
    played.relax(LABS)
    played.relax(LABS)
    effects = played.simulation.effects
    assert effects.count("console.copy_list") == 1
    assert effects.count("console.assign_list", LABS) == 4
    assert effects.count("console.secure_communications", LABS, "Office", "false") == 2
    assert {each.kind for each in effects.report()} >= {"console.edit_list"}


def test_server_restarts_before_it_shows_the_certificate(played):
    """After a replacement the server is down for its restart, then shows the certificate and a newer recovery file."""
    server = played.site.server("SEPM-1")
    old, files = server.credential, len(server.recovery_files)
    new = played.swap("SEPM-1")
    assert (server.up, server.credential) == (False, old)
    with pytest.raises(ServerBusyError):
        played.swap("SEPM-1")
    played.run(server.restart_time)
    assert (server.up, server.credential, server.rest_credential) == (True, new, new)
    assert server.started == played.simulation.now
    assert len(server.recovery_files) == files + 1
    assert played.simulation.effects.count("console.replace_certificate", "SEPM-1") == 1


def test_rest_port_may_keep_the_old_certificate(play):
    """Whether 8446 changes with the client port is a switch."""
    spec = one_server().model_copy(update={"switches": Switches(rest_port_follows_certificate=False)})
    played = play(spec)
    new = played.swap("SEPM-1")
    played.run(timedelta(seconds=10))
    server = played.site.server("SEPM-1")
    assert server.credential == new != server.rest_credential


def test_same_certificate_put_back_publishes_nothing(played):
    """Disaster recovery with the same certificate restarts the server and changes nothing for clients."""
    server = played.site.server("SEPM-1")
    before = {group.policy_serial for group in played.site.groups.values()}
    played.run(timedelta(seconds=10))
    played.console.replace_certificate(
        "SEPM-1", server.credential.certificate_pem + server.credential.key_pem, CertificateFormat.PEM
    )
    assert played.run(timedelta(seconds=60)).verdict().clients_lost_ever == 0
    assert {group.policy_serial for group in played.site.groups.values()} == before


def test_recovery_file_brings_the_certificate_back(played):
    """A recovery file holds the keystore, its password and the domain; the wizard takes the keystore."""
    saved = played.console.save_recovery_file("SEPM-1")
    archive = zipfile.ZipFile(io.BytesIO(saved.content))
    names = {name.partition("_")[0].partition(".")[0]: name for name in archive.namelist()}
    properties = dict(line.split("=") for line in archive.read(names["settings"]).decode().splitlines())
    assert properties["DomainId"] == played.site.domain.id
    read = read_certificate_file(archive.read(names["keystore"]), CertificateFormat.JKS, properties["keystorepass"])
    assert read.fingerprint == played.site.server("SEPM-1").credential.fingerprint


def test_recovery_file_is_the_same_in_every_run(play):
    """Two runs of one seed save the same recovery file, byte for byte."""
    first, second = (play(one_server()).console.save_recovery_file("SEPM-1") for _ in range(2))
    assert (first.filename, first.content) == (second.filename, second.content)


def test_generated_certificate_may_keep_its_key(played):
    """The console generates a self-signed certificate, with new keys or with the old ones."""
    server = played.site.server("SEPM-1")
    old = server.credential
    new = played.console.generate_certificate("SEPM-1", new_keys=False)
    assert new.fingerprint != old.fingerprint
    assert new.certificate.public_key() == old.certificate.public_key()
    played.run(timedelta(seconds=10))
    other = played.console.generate_certificate("SEPM-1")
    assert other.certificate.public_key() != old.certificate.public_key()


def test_wizard_refuses_what_it_cannot_use(made):
    """Wrong password, wrong kind of key, foreign key and rubbish are refused in the wizard's words."""
    other = pool_key(4).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    curve = ec.generate_private_key(ec.SECP256R1())
    name = made.certificate.subject
    elliptic = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(curve.public_key())
        .serial_number(1)
        .not_valid_before(made.certificate.not_valid_before_utc)
        .not_valid_after(made.certificate.not_valid_after_utc)
        .sign(curve, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    elliptic_pem = elliptic.public_bytes(pem) + curve.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    refused = [
        (keystore(made, "right", WRITTEN), CertificateFormat.JKS, "Invalid keystore file"),
        (b"rubbish", CertificateFormat.PKCS12, "Invalid keystore file"),
        (b"rubbish", CertificateFormat.PEM, "Invalid private key file"),
        (made.certificate_pem + other, CertificateFormat.PEM, "does not match"),
        (elliptic_pem, CertificateFormat.PEM, "invalid certificate signature algorithm"),
    ]
    for content, form, words in refused:
        with pytest.raises(CertificateFileError, match=words):
            read_certificate_file(content, form, "" if form is CertificateFormat.PEM else "wrong")


def test_wizard_takes_jks(made):
    """A JKS keystore with one RSA entry is taken."""
    assert read_certificate_file(keystore(made, "pw", WRITTEN), CertificateFormat.JKS, "pw").der == made.der
    assert jks.KeyStore.loads(keystore(made, "pw", WRITTEN), "pw").private_keys


def test_sylink_tells_list_protocol_ports_and_certificates(played):
    """An exported Sylink.xml shows what a client of that location would get."""
    played.relax(LABS)
    root = ET.fromstring(played.console.export_sylink(LABS, "Office"))
    assert root.get("DomainId") == played.site.domain.id
    assert found(root, "CommConf/ServerList").get("Name") == f"{DEFAULT} HTTP"
    server = found(root, "CommConf/ServerList/ServerPriorityBlock/Server")
    assert (server.get("HttpPort"), server.get("HttpsPort"), server.get("VerifySignatures")) == ("8014", None, "0")
    certificate = found(root, "CommConf/ServerCertList/Certificate")
    assert certificate.get("Name") == "SEPM-1"
    plain = ET.fromstring(played.console.export_sylink(SALES, "Default"))
    assert found(plain, ".//Server").get("HttpsPort") == "443"


def test_replication_is_broken_and_restored(play):
    """A site with a partner shows whether it replicates; one without has nothing to break."""
    played = play(one_server().model_copy(update={"replication_partner": "Other Site"}))
    assert played.site.is_replicated
    played.console.pause_replication()
    assert not played.site.is_replicated
    played.console.resume_replication()
    assert played.site.is_replicated
    with pytest.raises(UnknownNameError):
        play(one_server()).console.pause_replication()


def test_time_only_moves_forward(played):
    """A simulation cannot go back; to stay is allowed."""
    now = played.simulation.now
    played.simulation.advance_to(now)
    with pytest.raises(TimeRunsBackwardsError):
        played.simulation.advance_to(now - timedelta(seconds=1))
