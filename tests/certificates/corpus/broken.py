"""What is wrong with the certificates of the corpus: each rule broken alone, and each two that can be together."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.certificates.corpus.issuance import DAY


class Broken(NamedTuple):
    """A certificate that is not as it should be, and what must be found of it."""

    name: str
    changes: dict[str, Any]
    codes: frozenset[str]


def _one(name: str, *codes: str, **changes: Any) -> Broken:
    return Broken(name, changes, frozenset(f"certificate-{code}" for code in codes))


ALONE = (
    _one("small key", "key-too-small", key="rsa-1024"),
    _one("large key", "key-large", key="rsa-3072"),
    _one("elliptic curve", "not-rsa", key="ec"),
    _one("edwards curve", "not-rsa", key="ed25519", hash=hashes.SHA256()),
    _one("signed by a curve", "not-rsa", by="ec", key="rsa-2048"),
    _one("SHA-224", "weak-signature", hash=hashes.SHA224()),
    _one("RSA-PSS", "signature-unproven", pss=True, hash=hashes.SHA256()),
    _one("not yet valid", "not-yet-valid", begins=DAY),
    _one("expired", "expired", ends=-DAY / 2),
    _one("ends within the plan", "ends-too-soon", ends=100 * DAY),
    _one("an authority's own", "is-ca", ca=True),
    _one("for clients", "not-for-servers", usages=(ExtendedKeyUsageOID.CLIENT_AUTH,)),
    _one("signs nothing", "may-not-sign", signs=False),
    _one("no chain", "chain-missing", by="rsa-2048", holds=("leaf",)),
    _one("no root", "chain-open", by="rsa-2048", holds=("leaf", "middle")),
    _one("chain upside down", "chain-order", by="rsa-2048", holds=("root", "middle", "leaf")),
    _one("issuer is no authority", "issuer-no-ca", by="rsa-2048", issuer_ca=False),
    _one("issuer has expired", "issuer-expired", by="rsa-2048", issuer_ends=-DAY / 2),
    _one("issuer ends within the plan", "issuer-ends-too-soon", by="rsa-2048", issuer_ends=100 * DAY),
    _one("a stray", "left-out", stray=True),
    _one("another name", "name-missing", common_name="other.example", names=("other.example", "192.0.2.7")),
    _one("no address", "name-form", common_name="s1.example", names=("s1.example",)),
    _one("wildcard", "wildcard", common_name="*.example", names=("*.example", "192.0.2.7")),
)


def pairs() -> Iterator[Broken]:
    """Each two that differ in other fields, and so can be wrong at once."""
    for one, other in combinations(ALONE, 2):
        if one.changes.keys() & other.changes.keys():
            continue
        if {"begins", "ends"} <= one.changes.keys() | other.changes.keys() and "expired" in {one.name, other.name}:
            continue  # nothing ends before it begins
        # a curve signs with no hash of RSA and with no padding, and an issuer signs as it always does
        if {"key", "by"} & one.changes.keys() and {"hash", "pss"} & other.changes.keys() and _curve(one):
            continue
        yield Broken(f"{one.name} and {other.name}", {**one.changes, **other.changes}, one.codes | other.codes)


def _curve(broken: Broken) -> bool:
    return str(broken.changes.get("key") if "by" not in broken.changes else broken.changes["by"]).startswith("e")
