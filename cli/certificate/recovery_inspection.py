"""Reading a recovery file on this machine: it holds a private key that any reader can use, so it is never sent."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from cli.language.system_errors import reason
from cli.language.wording import _, recognised
from cli.terminal.client import Api
from cli.terminal.fault import UnreadableError
from rotation.recovery.saved_file import CERTIFICATE_SHA256, FILE_NAME, FILE_SHA256
from rotation.survey import ServedCertificate

_OF_DATES = frozenset({"recovery-certificate-expired", "recovery-certificate-not-yet-valid"})
"""They speak against putting it back, not against keeping it: a certificate that has ended is replaced too."""


def inspect_here(path: Path, password_file: Path | None, served: ServedCertificate | None) -> dict[str, Any]:
    """What lies in a recovery file, and what stands against putting it back.

    Raises:
        UnreadableError: when it cannot be read, or is no recovery file.
    """
    # cryptography is slow to load, and few commands need it
    from rotation.finding import blockers  # noqa: PLC0415 - see above
    from rotation.recovery.check import examine  # noqa: PLC0415 - see above
    from sepm.errors import UnusableRecoveryFile  # noqa: PLC0415 - see above
    from sepm.recovery.recovery_archive import LARGEST  # noqa: PLC0415 - see above
    from sepm.recovery.recovery_file import read_recovery_file  # noqa: PLC0415 - see above

    password = None
    if password_file is not None:
        password = SecretStr(_read(password_file, LARGEST).decode("utf-8", "replace").rstrip("\r\n"))
    try:
        # one byte more shows that a file is too large, however large it is
        file = read_recovery_file(_read(path, LARGEST + 1), path.name, password)
    except UnusableRecoveryFile as error:
        raise UnreadableError(recognised(str(error))) from error
    findings = examine(file, now=datetime.now(UTC), served=served)
    return {
        "usable": not blockers(findings),
        "file": file.model_dump(mode="json"),
        "certificate": file.certificate.model_dump(mode="json") if file.certificate else None,
        "key_matches": file.key_matches,
        "findings": [finding.model_dump(mode="json") for finding in findings],
    }


def evidence_of(path: Path) -> dict[str, str]:
    """The evidence of a recovery file for its task: name, SHA-256, and the certificate's SHA-256 if it can be read.

    Raises:
        UnreadableError: when it is cut, damaged or no recovery file, or could never put its certificate back.
    """
    inspected = inspect_here(path, None, None)
    against = [f for f in inspected["findings"] if f["severity"] == "blocking" and f["code"] not in _OF_DATES]
    if against:
        text = "; ".join(f"{recognised(each['message'])}; {recognised(each['remedy'])}" for each in against)
        raise UnreadableError(
            _(
                "%(path)s: %(text)s. If the file is right all the same, give -e filename=... -e sha256=...",
                path=path.name,
                text=text,
            )
        )
    evidence = {FILE_NAME: path.name, FILE_SHA256: inspected["file"]["sha256"]}
    if inspected["certificate"] is not None:
        evidence[CERTIFICATE_SHA256] = inspected["certificate"]["fingerprint"]
    return evidence


def copy_of(path: Path) -> dict[str, Any]:
    """The facts of a recovery file that a recovery gets; never the file (api/plan/recovery_document.py).

    Raises:
        UnreadableError: when it cannot be read, is no recovery file, or can never put its certificate back.
    """
    inspected = inspect_here(path, None, None)
    certificate = inspected["certificate"]
    against = [f for f in inspected["findings"] if f["severity"] == "blocking" and f["code"] not in _OF_DATES]
    if against or certificate is None:
        text = "; ".join(f"{recognised(each['message'])}; {recognised(each['remedy'])}" for each in against)
        raise UnreadableError(f"{path.name}: {text}")
    keystores = [holding["member"] for holding in inspected["file"]["holdings"] if holding["is_keystore"]]
    return {
        "name": path.name,
        "sha256": inspected["file"]["sha256"],
        "certificate_sha256": certificate["fingerprint"],
        "not_before": certificate["not_before"],
        "not_after": certificate["not_after"],
        "key_matches": inspected["key_matches"],
        "keystore": keystores[0] if keystores else "",
    }


def served_by(rotator: Api, site: str, server: str) -> ServedCertificate:
    """What a server presented at the newest survey of its site.

    Raises:
        UnreadableError: when the survey knows no such server.
    """
    servers = {each["server"]: each for each in rotator.get(f"/v1/sites/{site}/survey")["servers"]}
    if server not in servers:
        raise UnreadableError(
            _(
                "site %(site)s has no server %(server)s; name one of %(servers)s",
                site=site,
                server=repr(server),
                servers=", ".join(sorted(servers)),
            )
        )
    return ServedCertificate.model_validate(servers[server])


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise UnreadableError(_("%(path)s cannot be read: %(error)s", path=path, error=reason(error))) from error
