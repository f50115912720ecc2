"""Whether a recovery file can put a server's certificate back (TECH160736, KB 158660)."""

from collections.abc import Callable, Iterable
from datetime import datetime

from rotation.finding import Finding, blocking, info, warning
from rotation.recovery.file import RecoveryFile
from rotation.survey import ServedCertificate

_ANOTHER = "take the newest recovery_<timestamp>.zip of the server, or an older copy of it"


def examine(file: RecoveryFile, *, now: datetime, served: ServedCertificate | None = None) -> tuple[Finding, ...]:
    """What stands against a recovery file, what is missing in it, and what cannot be known.

    1. one certificate, with its key and no other, and valid now
    2. what the vendor says is in it (TECH160736): keystore, password, id of the default domain
    3. what was not read, and why
    4. where a server is named: whether it presents that certificate

    Args:
        file: what was read.
        now: the time of the check.
        served: what the server presented at the newest survey.
    """
    found = [finding for rule in _RULES for finding in rule(file)]
    found += _is_valid(file, now)
    return tuple(found if served is None else [*found, *_is_served(file, served)])


def _has_one_certificate(file: RecoveryFile) -> Iterable[Finding]:
    candidates = file.candidates
    if not candidates:
        yield blocking("recovery-no-certificate", file.name, "the file has no certificate", _ANOTHER)
    elif len(candidates) > 1:
        text = ", ".join(f"{each.subject} ({each.fingerprint[:16]}...)" for each in candidates)
        yield blocking(
            "recovery-several-certificates", file.name, f"any of these could be the server's: {text}", _ANOTHER
        )


def _has_its_key(file: RecoveryFile) -> Iterable[Finding]:
    if not any(holding.keys for holding in file.holdings):
        yield blocking(
            "recovery-no-key",
            file.name,
            "the file has no private key; a certificate without its key cannot be installed",
            _ANOTHER,
        )
        return
    if file.certificate is None:
        return
    for holding in file.holdings:
        if any(key != file.certificate.public_key for key in holding.keys):
            yield blocking(
                "recovery-key-of-another",
                holding.member,
                "the private key does not belong to the certificate",
                _ANOTHER,
            )


def _is_whole(file: RecoveryFile) -> Iterable[Finding]:
    """What TECH160736 says is in it. Other layouts may be right too, so what is missing is a warning only."""
    if not any(holding.is_keystore for holding in file.holdings):
        yield warning(
            "recovery-no-keystore",
            file.name,
            "no keystore in the file can be opened; SEPM's wizard takes the key from one",
            "try the file on a test machine before you rely on it, or take another copy",
        )
    if not file.tells_password:
        yield warning(
            "recovery-no-password",
            file.name,
            "the file has no password of its keystores",
            "have the password at hand; Tomcat's server.xml on the server should show it",
        )
    if len(file.domain_ids) != 1:
        found = ", ".join(file.domain_ids) or "none"
        yield warning(
            "recovery-domain-unknown",
            file.name,
            f"ids of the default domain in the file: {found}",
            "note the domain's id in the console, and have a backup of the database",
        )


def _is_read(file: RecoveryFile) -> Iterable[Finding]:
    for each in file.unread:
        yield warning("recovery-unread", each.member, each.why, each.remedy)
    if file.unknown:
        yield info("recovery-unknown-files", file.name, f"of no kind known here: {', '.join(file.unknown)}")


def _is_valid(file: RecoveryFile, now: datetime) -> Iterable[Finding]:
    certificate = file.certificate
    if certificate is None:
        return
    if now >= certificate.not_after:
        yield blocking(
            "recovery-certificate-expired",
            file.name,
            f"the certificate expired on {certificate.not_after:%Y-%m-%d}",
            "do not install it; replace the certificate by a rotation",
        )
    elif now < certificate.not_before:
        yield blocking(
            "recovery-certificate-not-yet-valid",
            file.name,
            f"the certificate is valid only from {certificate.not_before:%Y-%m-%d}",
            "check that the clocks are right",
        )


def _is_served(file: RecoveryFile, served: ServedCertificate) -> Iterable[Finding]:
    certificate, seen = file.certificate, f"at the survey of {served.observed_at:%Y-%m-%d %H:%M} UTC"
    if served.fingerprint is None:
        yield warning(
            "recovery-not-compared",
            served.server,
            f"the server presented no certificate {seen}",
            "survey the site when the server answers, or compare with the certificate that its clients hold",
        )
    elif certificate is not None and certificate.fingerprint == served.fingerprint:
        yield info("recovery-is-served", served.server, f"the server presented this certificate {seen}")
    elif certificate is not None:
        yield blocking(
            "recovery-not-served",
            served.server,
            f"the server presented another certificate {seen}: {served.fingerprint}",
            "take the newest recovery file of this server; survey the site again if its certificate changed since",
        )


_RULES: tuple[Callable[[RecoveryFile], Iterable[Finding]], ...] = (
    _has_one_certificate,
    _has_its_key,
    _is_whole,
    _is_read,
)
