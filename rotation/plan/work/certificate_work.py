"""What a person does with a certificate at the console: where it comes from, and how a damaged one is put back."""

from collections.abc import Iterable

from rotation.plan.work.task import PutCertificateBack, ReplaceCertificate
from rotation.text.sentence import Sentence, sentence


def source(work: ReplaceCertificate) -> Iterable[Sentence]:
    """Where the certificate comes from."""
    fingerprint = work.fingerprint_sha256
    if work.puts_back and not work.has_file:
        yield _unpack(work)
        yield sentence(
            "Take its keystore_<timestamp>.jks, whose password is keystorepass in settings_<timestamp>.properties; the "
            "SHA-256 fingerprint of the old certificate that goes back in is %(fingerprint)s",
            fingerprint=fingerprint,
        )
    elif work.puts_back:
        yield sentence(
            "Take the file of this task; the SHA-256 fingerprint of the old certificate that goes back in is "
            "%(fingerprint)s",
            fingerprint=fingerprint,
        )
    elif work.has_file:
        yield sentence(
            "Take the file of this task; the SHA-256 fingerprint of it is %(fingerprint)s", fingerprint=fingerprint
        )
    else:
        yield sentence(
            "Take the certificate whose key SEPM holds; the SHA-256 fingerprint of it is %(fingerprint)s",
            fingerprint=fingerprint,
        )


def _unpack(work: ReplaceCertificate) -> Sentence:
    if not work.recovery_file:
        return sentence(
            "Unpack the recovery file of %(server)s that was saved off the box: the newest that is older than the "
            "rotation",
            server=work.server,
        )
    if not work.recovery_sha256:
        return sentence(
            "Unpack the recovery file of %(server)s that was saved off the box: %(file)s",
            server=work.server,
            file=work.recovery_file,
        )
    return sentence(
        "Unpack the recovery file of %(server)s that was saved off the box: %(file)s, SHA-256 %(sha256)s",
        server=work.server,
        file=work.recovery_file,
        sha256=work.recovery_sha256,
    )


def how_to_put_back(work: PutCertificateBack) -> Iterable[Sentence]:
    """What a person does with the recovery file."""
    yield sentence(
        "Take %(recovery_file)s to %(server)s; its SHA-256 is %(recovery_sha256)s",
        recovery_file=work.recovery_file,
        server=work.server,
        recovery_sha256=work.recovery_sha256,
    )
    entry = work.keystore or "keystore_<timestamp>.jks"
    yield sentence("In it is %(entry)s, whose password is keystorepass in settings_<timestamp>.properties", entry=entry)
    yield sentence(
        "The SHA-256 fingerprint of the certificate that clients hold is %(fingerprint_sha256)s",
        fingerprint_sha256=work.fingerprint_sha256,
    )
    if work.damaged is not None:
        yield sentence(
            "Admin > Servers, select %(server)s, Manage the server certificate, Update the server certificate",
            server=work.server,
        )
        yield sentence("Choose JKS keystore, and give it that keystore and password")
        yield sentence(
            "Where no administrator can log on: run the Management Server Configuration Wizard with the recovery file "
            "instead"
        )
    else:
        yield sentence("Run the Management Server Configuration Wizard on it, and choose to use the recovery file")
        yield sentence("Where the manager is not installed any more, install it first, of the same version")
    yield sentence("Do not generate a new certificate, and leave server lists and secure communications as they are")
    yield sentence("Restart the services if asked. The task closes by itself when the server presents the certificate")
    yield sentence("If .SIG files in ...\\data\\outbox\\agent stay older than it, have the server publish again")
