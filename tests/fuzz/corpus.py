"""Good files of every format, small and the same bytes in every process: what is mutated."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

import jks
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from rotation.originals.content import KeptCertificate, KeptCopy, KeptOrder, KeptOriginals, KeptPair, KeptServer
from rotation.originals.file import write_originals
from rotation.survey import Mode
from rotation.values import Fingerprint, GroupId, ListName, LocationId, PlanId, RotationId, ServerName, SiteId
from tests.fuzz.asn1 import PASSWORD, by_pbkdf2, data, encrypted, name, pem, pkcs12, sequence, tlv

_KEY = Path(__file__).with_name("key.pem")
_BEGIN, _END = datetime(2030, 1, 1), datetime(2040, 1, 1)  # noqa: DTZ001 - as x509 takes them
_BAG = "1.2.840.113549.1.12.10.1."


@cache
def certificates() -> tuple[bytes, ...]:
    """Files that hold certificates and keys as PEM or DER."""
    root, leaf, other = (each.public_bytes(Encoding.DER) for each in _made())
    pkcs8, pkcs1 = _key(PrivateFormat.PKCS8), _key(PrivateFormat.TraditionalOpenSSL)
    hidden = sequence(by_pbkdf2(10), tlv(4, bytes(64)))
    signed = sequence(
        name("1.2.840.113549.1.7.2"),
        tlv(0xA0, sequence(tlv(2, b"\1"), tlv(0x31), sequence(name("1.2.840.113549.1.7.1")), tlv(0xA0, leaf, root))),
    )
    text = pem(b"CERTIFICATE", leaf) + pem(b"PRIVATE KEY", pkcs8) + pem(b"CERTIFICATE", root)
    return (
        leaf,
        other,
        pkcs8,
        pkcs1,
        hidden,
        signed,
        text,
        pem(b"TRUSTED CERTIFICATE", leaf + sequence()) + pem(b"RSA PRIVATE KEY", pkcs1),
        pem(b"PKCS7", signed) + pem(b"ENCRYPTED PRIVATE KEY", hidden),
        text.decode().encode("utf-16"),
        b"\xef\xbb\xbfBag Attributes\r\n" + text.replace(b"\n", b"\r\n"),
        _old_encrypted(),
    )


@cache
def served() -> tuple[bytes, ...]:
    """Certificates as a port presents them."""
    return tuple(each.public_bytes(Encoding.DER) for each in _made())


@cache
def pkcs12_files() -> tuple[bytes, ...]:
    """PKCS#12 without a check, so that what is mutated is read, and with one; open, and encrypted in a few rounds."""
    root, leaf, _ = (each.public_bytes(Encoding.DER) for each in _made())
    key = sequence(name(_BAG + "1"), tlv(0xA0, _key(PrivateFormat.PKCS8)))
    bags = [sequence(name(_BAG + "3"), tlv(0xA0, _cert_bag(each))) for each in (leaf, root)]
    inner = sequence(name(_BAG + "6"), tlv(0xA0, sequence(key, *bags)))
    shrouded = sequence(name(_BAG + "2"), tlv(0xA0, sequence(by_pbkdf2(10), tlv(4, bytes(64)))))
    return (
        pkcs12(data(sequence(key, *bags))),
        pkcs12(encrypted(sequence(*bags), 10), data(sequence(key))),
        pkcs12(encrypted(sequence(inner), 10)),
        pkcs12(data(sequence(*bags)), data(sequence(shrouded))),
        pkcs12(data(sequence(key, *bags)), mac_rounds=10),
    )


@cache
def keystores() -> tuple[bytes, ...]:
    """JKS with a key and its chain, with a certificate alone, and the beginning of a JCEKS."""
    root, leaf, _ = (each.public_bytes(Encoding.DER) for each in _made())
    entry = jks.PrivateKeyEntry.new("tomcat", [leaf, root], _key(PrivateFormat.PKCS8), "pkcs8")
    trusted = jks.TrustedCertEntry.new("root", root)
    entry.timestamp = trusted.timestamp = 0
    with patch("jks.sun_crypto.os.urandom", bytes):
        both: bytes = jks.KeyStore.new("jks", [entry, trusted]).saves(PASSWORD)
    alone: bytes = jks.KeyStore.new("jks", [trusted]).saves(PASSWORD)
    return both, alone, b"\xce\xce\xce\xce" + both[4:]


@cache
def sylinks() -> tuple[bytes, ...]:
    """Sylink.xml as the console exports it."""
    servers = "".join(
        f'<ServerPriorityBlock Name="Priority{n}"><Server Address="sepm{n}.example" HttpPort="8014" '
        f'HttpsPort="443" HttpsVerifyCA="0" VerifySignatures="1"/></ServerPriorityBlock>'
        for n in (1, 2)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ServerSettings DomainId="AAAA"><CommConf>'
        f'<AgentCommunicationSetting CommunicationMode="PULL"/><ServerList Name="Default">{servers}</ServerList>'
        "</CommConf></ServerSettings>"
    )
    return text.encode(), text.replace("UTF-8", "UTF-16").encode("utf-16"), text.replace("443", "0").encode()


@cache
def recovery_files() -> tuple[bytes, ...]:
    """Recovery files: as SEPM writes them, in a folder and stored, and without the password of their keystore."""
    both, alone, _ = keystores()
    leaf, _, key, *_ = certificates()
    settings = f"keystorepass={PASSWORD}\nDomainId={'AB' * 16}\n".encode()
    whole = {
        "keystore_2030-01-01-08-00-00.jks": both,
        "settings_2030-01-01-08-00-00.properties": settings,
        "server.crt": pem(b"CERTIFICATE", leaf),
        "server.key": pem(b"PRIVATE KEY", key),
    }
    apart = {f"Server Private Key Backup/{name}": content for name, content in whole.items()}
    return (
        zipped(whole),
        zipped(apart, zipfile.ZIP_STORED),
        zipped({"keystore.jks": alone, "server.xml": b'<Connector keystorePass="another"/>', "leaf.der": leaf}),
    )


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file, of the time that zip files begin at."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            archive.writestr(entry, content)
    return packed.getvalue()


def exports() -> tuple[bytes, ...]:
    """Clients as a console may export them: encodings, delimiters and forms of time that are likely."""
    header = "Computer Name,Group,Last time status changed,Version,Server,Policy Serial Number"
    times = ("26.11.2025 13:05:59", "26/11/2025 1:05:59 PM", "2025-11-26 13:05:59", "1764162359000", "Never")
    rows = [
        f'PC-{number},"My Company\\Sales, North",{time},12.1.7004.6500,SEPM-1,F99A-11/26/2025 12:01:02 003'
        for number, time in enumerate(times)
    ]
    text = "\r\n".join((header, *rows, ""))
    semicolons = "sep=;\r\n" + text.replace(", ", " ").replace(",", ";")
    return text.encode(), text.encode("utf-16"), semicolons.encode("utf-8-sig"), text.replace(",", "\t").encode()


@cache
def plain_exports() -> tuple[bytes, ...]:
    """Those of which nothing has to be declared: each time can be read in one way only."""
    header = "Host Name;Group Name;Last Seen;Version"
    times = ("2025-11-26 13:05:59 +0100", "Nov 26, 2025 1:05:59 PM UTC", "26-Nov-2025 13:05 GMT", "1764162359000", "-")
    text = "\n".join((header, *(f"PC-{place};My Company;{time};12.1.7004.6500" for place, time in enumerate(times))))
    return text.encode(), text.encode("utf-16-le")


@cache
def originals() -> tuple[bytes, ...]:
    """Files of originals: of one pair, and of some with all that can stand in them."""
    pair = KeptPair(
        group_id=GroupId("A" * 32),
        group_path="My Company",
        location_id=LocationId("B" * 32),
        location_name="Default",
        server_list=ListName("Default List"),
        secure_communications=True,
        mode=Mode.PULL,
        heartbeat=timedelta(minutes=5),
        jitter=timedelta(0),
        log_kb=None,
    )
    one = KeptOriginals(
        site_id=SiteId("brno"),
        site_name="Brno",
        servers=(KeptServer(name=ServerName("SEPM-1"), address="sepm1.example"),),
        rotation_id=RotationId("rot-1"),
        plan_id=PlanId("plan-1"),
        plan_hash="ab" * 32,
        recorded_at=_BEGIN.replace(tzinfo=UTC),
        clients=20,
        pairs=(pair,),
    )
    other = {"group_id": "C" * 32, "group_path": "My Company\\Sales, Süd", "log_kb": 512, "mode": Mode.PUSH}
    some = {
        "pairs": (pair, pair.model_copy(update=other)),
        "copies": (KeptCopy(source=pair.server_list, copy_name=ListName("Copy")),),
        "orders": (KeptOrder(list=pair.server_list, order=((ServerName("SEPM-1"),),)),),
        "certificates": (
            KeptCertificate(
                server=ServerName("SEPM-1"), fingerprint=Fingerprint("cd" * 32), replaces=Fingerprint("ef" * 32)
            ),
        ),
        "canaries": (pair.group_id,),
        "replication_partners": ("Vienna",),
    }
    return write_originals(one).encode(), write_originals(one.model_copy(update=some)).encode()


def _cert_bag(der: bytes) -> bytes:
    bag: bytes = sequence(name("1.2.840.113549.1.9.22.1"), tlv(0xA0, tlv(4, der)))
    return bag


@cache
def _made() -> tuple[x509.Certificate, x509.Certificate, x509.Certificate]:
    """A root of another kind of key, a server's certificate of it, and a self-signed one."""
    key = _rsa()
    edwards = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    root, leaf, other = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)]) for each in ("root", "leaf", "other")
    )
    names = x509.SubjectAlternativeName([x509.DNSName("sepm.example")])
    signed = x509.CertificateBuilder(root, leaf, key.public_key(), 2, _BEGIN, _END).add_extension(names, critical=False)
    return (
        x509.CertificateBuilder(root, root, edwards.public_key(), 1, _BEGIN, _END).sign(edwards, None),
        signed.sign(edwards, None),
        x509.CertificateBuilder(other, other, key.public_key(), 3, _BEGIN, _END).sign(key, hashes.SHA256()),
    )


@cache
def _rsa() -> rsa.RSAPrivateKey:
    key = load_pem_private_key(_KEY.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _key(form: PrivateFormat) -> bytes:
    der: bytes = _rsa().private_bytes(Encoding.DER, form, NoEncryption())
    return der


def _old_encrypted() -> bytes:
    block: bytes = pem(b"RSA PRIVATE KEY", bytes(64))
    return block.replace(
        b"KEY-----\n", b"KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,%b\n\n" % (b"0" * 32), 1
    )
