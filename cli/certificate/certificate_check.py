"""Checking a certificate file on this machine: neither the file nor its password leaves it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from cli.language.wording import recognised
from cli.terminal.fault import UnreadableError
from rotation.values import CertificateId


def check_here(content: bytes, name: str, password: str | None, days: int) -> dict[str, Any]:
    """Whether the certificate may go into some server, as the API tells it of one.

    Raises:
        UnreadableError: when the file cannot be read.
    """
    # cryptography is slow to load, and no other command needs it
    from certificates.certificate_file import parse_certificate_file  # noqa: PLC0415 - see above
    from certificates.errors import UnusableCertificateFile  # noqa: PLC0415 - see above
    from rotation.finding import blockers  # noqa: PLC0415 - see above
    from rotation.fitness import unfit  # noqa: PLC0415 - see above

    given = None if password is None else SecretStr(password)
    try:
        parsed = parse_certificate_file(content, identity=CertificateId(""), name=name, password=given)
    except UnusableCertificateFile as error:
        raise UnreadableError(recognised(str(error))) from error
    findings = unfit(parsed.facts, now=datetime.now(UTC), needed=timedelta(days=days))
    return {
        "fit": not blockers(findings),
        "certificate": parsed.facts.model_dump(mode="json"),
        "findings": [finding.model_dump(mode="json") for finding in findings],
    }
