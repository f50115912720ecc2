"""The process that opens one encrypted file: `opening` starts it, and ends it when the file asks for too much work.

It imports no part of the product, reads one request from its standard input, and writes one answer to its output.
"""

import json
import os
import resource
import signal
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)

Opened = tuple[Sequence[bytes], PrivateKeyTypes | None]
"""Certificates in DER, and the private key."""


def _open_pkcs12(content: bytes, password: bytes | None) -> Opened:
    # without a password there are two empty ones (RFC 7292, B.1); the library tries both
    opened = pkcs12.load_pkcs12(content, password)
    found = [opened.cert, *opened.additional_certs]
    return [each.certificate.public_bytes(Encoding.DER) for each in found if each is not None], opened.key


def _open_key(content: bytes, password: bytes | None) -> Opened:
    # the caller checks the numbers of an RSA key; the library's search for primes takes a minute for 8192 bits
    return [], load_der_private_key(content, password, unsafe_skip_rsa_key_validation=True)


OPENERS: dict[str, Callable[[bytes, bytes | None], Opened]] = {"pkcs12": _open_pkcs12, "key": _open_key}


def _answer(kind: str, content: bytes, password: bytes | None) -> dict[str, object]:
    try:
        certificates, key = OPENERS[kind](content, password)
    except (MemoryError, InternalError):
        os.kill(os.getpid(), signal.SIGKILL)  # as the limit of processor time does, and without a core
        raise
    except UnsupportedAlgorithm as error:
        return {"unknown_scheme": str(error)[:200]}
    except (ValueError, TypeError):
        # a wrong password and a damaged file look alike: one decrypts to nonsense
        return {"unopened": True}
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) if key is not None else None
    return {
        "certificates": [b64encode(each).decode() for each in certificates],
        "key": b64encode(plain).decode() if plain is not None else None,
    }


def main() -> None:
    """Read a request, set the limits that it names, open the file, write the answer."""
    request = json.load(sys.stdin)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (request["seconds"], request["seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
    password = request["password"]
    answer = _answer(
        request["kind"], b64decode(request["content"]), password.encode() if password is not None else None
    )
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
