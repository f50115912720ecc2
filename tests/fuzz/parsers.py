"""Every parser that takes bytes from outside. A new parser is to be added to PARSERS."""

import hashlib
import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr

from certificates.certificate_file import parse_certificate_file
from certificates.errors import UnusableCertificateFile
from rotation.originals.file import UnusableOriginalsError, read_originals, write_originals
from rotation.recovery.check import examine
from rotation.recovery.file import RecoveryFile
from rotation.site import Server
from rotation.values import CertificateId, ServerName
from sepm.errors import UnreadableExport, UnreadableSylink, UnusableRecoveryFile
from sepm.offline.client_export import ExportForm, parse_client_export
from sepm.offline.export_columns import Field
from sepm.offline.export_dates import DateOrder
from sepm.offline.sylink import parse_sylink
from sepm.recovery.recovery_file import read_recovery_file
from sepm.tls.port_look import seen
from sepm.tls.probe import presented
from tests.fuzz import corpus, mutation
from tests.fuzz.archives import by_archive
from tests.fuzz.asn1 import PASSWORD

_NOW = datetime(2031, 1, 1, tzinfo=UTC)
_SERVERS = (Server(name=ServerName("SRV1"), address="sepm1.example"),)


@dataclass(frozen=True)
class Parser:
    """A parser, what it may raise, good files for it, and how they are changed.

    `share` is its part of all inputs, against that of the others.
    """

    name: str
    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    corpus: Callable[[], tuple[bytes, ...]]
    changes: tuple[mutation.Change, ...]
    share: int = 1

    def input(self, number: int) -> bytes:
        """The input of that number: always the same one."""
        draw = random.Random(f"{self.name} {number}")
        content = draw.choice(self.corpus())
        for _ in range(draw.choice((1, 1, 1, 2, 4))):
            # what an earlier change has broken cannot be changed by its structure any more
            with suppress(ValueError, IndexError):
                content = draw.choice((*self.changes, *self.changes, mutation.by_bytes))(draw, content)
        return mutation.nothing(draw, content) if not draw.randrange(50) else content


def certificate(content: bytes) -> object:
    """A certificate file, as it is uploaded."""
    return parse_certificate_file(
        content, identity=CertificateId("fuzz"), name="given.file", password=SecretStr(PASSWORD)
    )


def companions(content: bytes) -> object:
    """The same as a file of the key and of the issuers, beside a good certificate."""
    return parse_certificate_file(
        corpus.certificates()[0],
        identity=CertificateId("fuzz"),
        name="given.file",
        password=SecretStr(PASSWORD),
        key=content,
        chain=content,
    )


def sylink(content: bytes) -> object:
    """An exported Sylink.xml."""
    return parse_sylink(content, _SERVERS)


def recovery_file(content: bytes) -> object:
    """A recovery file, all that is found of it, and the same from its JSON."""
    file = read_recovery_file(content, "recovery.zip")
    assert all(finding.message for finding in examine(file, now=_NOW))
    assert RecoveryFile.model_validate_json(file.model_dump_json()) == file
    return file


def served(content: bytes) -> object:
    """A certificate that some port presents; the parsers refuse no content."""
    return seen(content), presented(ServerName("SRV1"), content, _NOW)


def export(content: bytes) -> object:
    """The console's own export of clients."""
    return parse_client_export(content, ExportForm(timezone="Europe/Prague", dates=DateOrder.DAY_FIRST))


def export_undeclared(content: bytes) -> object:
    """The same, with one column declared and nothing else."""
    return parse_client_export(content, ExportForm(columns={Field.BUILD: "Version"}))


def originals(content: bytes) -> object:
    """A file of originals, as it comes with a request."""
    read = read_originals(content.decode("utf-8", "replace"))
    assert read_originals(write_originals(read)) == read
    return read


def originals_signed(content: bytes) -> object:
    """The same, with the SHA-256 of what it holds after it was changed."""
    with suppress(ValueError, RecursionError, TypeError, KeyError):
        document = json.loads(content)
        canonical = json.dumps(document["originals"], sort_keys=True, separators=(",", ":")).encode()
        content = json.dumps(document | {"sha256": hashlib.sha256(canonical).hexdigest()}).encode()
    return originals(content)


_FILE = (UnusableCertificateFile,)
_DER = (mutation.by_der,)
PARSERS = (
    Parser("certificate", certificate, _FILE, corpus.certificates, (*_DER, mutation.by_pem), share=3),
    Parser("companions", companions, _FILE, corpus.certificates, (*_DER, mutation.by_pem)),
    Parser("pkcs12", certificate, _FILE, corpus.pkcs12_files, _DER, share=3),
    Parser("jks", certificate, _FILE, corpus.keystores, (mutation.by_keystore,), share=2),
    Parser("export", export, (UnreadableExport,), corpus.exports, (mutation.by_lines,)),
    Parser("export-undeclared", export_undeclared, (UnreadableExport,), corpus.plain_exports, (mutation.by_lines,)),
    Parser("sylink", sylink, (UnreadableSylink,), corpus.sylinks, (mutation.by_xml,)),
    Parser("recovery", recovery_file, (UnusableRecoveryFile,), corpus.recovery_files, (by_archive,), share=2),
    Parser("served", served, (), corpus.served, _DER),
    Parser("originals", originals, (UnusableOriginalsError,), corpus.originals, (mutation.by_lines,)),
    Parser("originals-signed", originals_signed, (UnusableOriginalsError,), corpus.originals, (mutation.by_lines,)),
)
