"""Opening what is encrypted under a password: PKCS#12 files (RFC 7292) and encrypted PKCS#8 keys.

A file itself says how much work its password takes, and a few bytes may ask for hours; the library that opens it has no
limit. So it works in a child process, with a limit of processor time and memory.
"""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from threading import BoundedSemaphore
from typing import Literal, NamedTuple

from certificates.errors import UnusableCertificateFile

SECONDS = 10
"""Of processor time. Of what is in use, NSS asks for the most (three times 600,000 rounds): a second or two."""
MEMORY = 1 << 30
_WAIT = 60
"""Seconds on the clock: a busy machine gives the child little of its processor."""
_TOO_MUCH = f"its password takes more than {SECONDS} s of work or {MEMORY >> 20:,} MiB"
_QUEUES = 5
"""Seconds that a file waits for others to be opened: it holds a thread meanwhile."""
_CHILD = Path(__file__).with_name("opening_child.py")
_AT_ONCE = BoundedSemaphore(2)


class OpenedFile(NamedTuple):
    """What was encrypted, in DER: certificates in their order, and the private key in PKCS#8."""

    certificates: tuple[bytes, ...]
    key: bytes | None


class _EndedError(Exception):
    """There is no answer; its text says why."""

    def __init__(self, why: str, remedy: str = "export it again with the usual settings") -> None:
        super().__init__(why)
        self.remedy = remedy


def open_encrypted(
    kind: Literal["pkcs12", "key"], content: bytes, password: str | None, name: str
) -> OpenedFile | None:
    """What `content` holds; None when the password does not open it, or it is damaged. Blocks: call it in a thread.

    Raises:
        UnusableCertificateFile: when it asks for too much work, or the library does not know its encryption.
    """
    request = {
        "kind": kind,
        "content": b64encode(content).decode(),
        "password": password,
        "seconds": SECONDS,
        "memory": MEMORY,
    }
    try:
        answer = json.loads(_run(json.dumps(request).encode()))
    except _EndedError as error:
        raise UnusableCertificateFile(name, f"was not opened: {error}", error.remedy) from error
    if scheme := answer.get("unknown_scheme"):
        raise UnusableCertificateFile(
            name, f"has an encryption that is too old or unknown ({scheme})", "export it again with AES-256"
        )
    if answer.get("unopened"):
        return None
    key = answer["key"]
    return OpenedFile(tuple(map(b64decode, answer["certificates"])), b64decode(key) if key is not None else None)


def _run(request: bytes) -> bytes:
    # isolated (-I): neither the environment nor the folder it runs in can bring other modules into it
    command = (sys.executable, "-I", str(_CHILD))
    if not _AT_ONCE.acquire(timeout=_QUEUES):
        raise _EndedError("other encrypted files are being opened now", "send it again in a minute")
    try:
        done = subprocess.run(  # noqa: S603 - the content of the file goes to its input only
            command, input=request, capture_output=True, env={}, timeout=_WAIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _EndedError(_TOO_MUCH) from error
    finally:
        _AT_ONCE.release()
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
        raise _EndedError(_TOO_MUCH if done.returncode < 0 else f"the library that reads it fails ({last})")
    return done.stdout
