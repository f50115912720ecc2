"""Whether the evidence of a saved recovery file can be true: the service sees no file, so it compares the evidence."""

import re
from collections.abc import Iterable, Mapping

from rotation.finding import Finding, blocking
from rotation.values import Fingerprint, ServerName, Value

FILE_NAME, FILE_SHA256, CERTIFICATE_SHA256 = "filename", "sha256", "certificate_sha256"
"""The evidence of the operator who saved it: its name, its SHA-256 and, where it was inspected, the certificate's."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class SavedFile(Value):
    """A recovery file that was saved before."""

    server: ServerName
    sha256: Fingerprint
    replaced_since: bool = False
    """Whether its server's certificate was replaced after it was saved, so that SEPM has written a newer one."""


def sha256_in(evidence: Mapping[str, str], name: str = FILE_SHA256) -> Fingerprint | None:
    """A SHA-256 of the evidence, in lower case without colons and blanks; None where it is none."""
    digits = re.sub(r"[\s:]", "", evidence.get(name, "")).lower()
    return Fingerprint(digits) if _SHA256.fullmatch(digits) else None


def doubtful(
    server: ServerName, evidence: Mapping[str, str], *, earlier: Iterable[SavedFile], presents: Fingerprint | None
) -> Finding | None:
    """Why the evidence of a recovery file of `server` is refused.

    1. a SHA-256, and not that of an empty file
    2. the certificate in it, where it was stated: the one that is about to be replaced
    3. where it was not: not the file of another server, and not one from before an earlier replacement

    Args:
        server: whose file it should be.
        evidence: what the operator stated.
        earlier: the files that were saved before, of this site.
        presents: the certificate that is about to be replaced, where that is known.
    """
    remedy = f"take the newest recovery_<timestamp>.zip from {server} itself, and state the SHA-256 of the copy"
    sha256 = sha256_in(evidence)
    if sha256 is None:
        text = "the evidence has no SHA-256 of the file (64 hexadecimal digits)"
        return blocking("recovery-sha256-missing", server, text, f"{remedy} (evidence: {FILE_SHA256})")
    if sha256 == _OF_NOTHING:
        return blocking("recovery-file-empty", server, "this is the SHA-256 of an empty file", remedy)
    if evidence.get(CERTIFICATE_SHA256):
        return _another_certificate(server, sha256_in(evidence, CERTIFICATE_SHA256), presents, remedy)
    for saved in earlier:
        if saved.sha256 == sha256 and saved.server != server:
            text = f"a file of this SHA-256 was reported as the recovery file of {saved.server}"
            return blocking("recovery-file-of-another", server, text, _either(server, saved.server, remedy))
        if saved.sha256 == sha256 and saved.replaced_since:
            text = "this file was saved before the server's certificate was replaced, and has an earlier one"
            return blocking("recovery-file-outdated", server, text, remedy)
    return None


def _either(server: ServerName, other: ServerName, remedy: str) -> str:
    return (
        f"if that report was right, {remedy}; if it was wrong, state the SHA-256 of the certificate in this file too "
        f"(rotator recovery inspect FILE shows it): where {server} presents that one, the file is taken. Then keep the "
        f"newest recovery file of {other} off the box as well, if it is not yet"
    )


def _another_certificate(
    server: ServerName, held: Fingerprint | None, presents: Fingerprint | None, remedy: str
) -> Finding | None:
    if held is None:
        text = f"{CERTIFICATE_SHA256} is no SHA-256 (64 hexadecimal digits)"
        return blocking("recovery-sha256-missing", server, text, f"leave it out, or {remedy}")
    if presents is None or held == presents:
        return None
    text = f"the file has the certificate {held[:16]}...; the one that is replaced next is {presents[:16]}..."
    return blocking("recovery-certificate-another", server, text, remedy)
