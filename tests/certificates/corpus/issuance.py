"""Certificates as a test wants them: a fit one, and what is different about it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2030, 1, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FIT: Mapping[str, Any] = {
    "key": "rsa-2048",
    "hash": hashes.SHA256(),
    "pss": False,
    "begins": -DAY,
    "ends": 900 * DAY,
    "common_name": "s1.example",
    "names": ("s1.example", "192.0.2.7"),
    "ca": False,
    "usages": (ExtendedKeyUsageOID.SERVER_AUTH,),
    "signs": True,
    "by": None,
    "issuer_ends": 2000 * DAY,
    "issuer_ca": True,
    "holds": ("leaf", "middle", "root"),
    "stray": False,
}
"""A self-signed certificate that no rule has anything to say about. `by`: the kind of key of its issuers."""


@cache
def key(kind: str) -> Any:
    """A key of that kind, the same whenever it is asked for."""
    match kind.split("-"):
        case ["rsa", bits, *_]:
            return rsa.generate_private_key(public_exponent=65537, key_size=int(bits))
        case ["ec", *_]:
            return ec.generate_private_key(ec.SECP256R1())
        case _:
            return ed25519.Ed25519PrivateKey.generate()


def file(**changes: Any) -> bytes:
    """The PEM file of such a certificate: what it holds of the chain, and its key last."""
    how = {**FIT, **changes}
    known = _with_issuers(how) if how["by"] else {"leaf": _leaf(how, how["key"])}
    parts = [known[name] for name in how["holds"] if name in known]
    if how["stray"]:
        parts.append(_leaf({**FIT, "common_name": "stray.example"}, "rsa-2048-stray"))
    private: bytes = key(how["key"]).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return b"".join(each.public_bytes(Encoding.PEM) for each in parts) + private


def _with_issuers(how: Mapping[str, Any]) -> dict[str, x509.Certificate]:
    by, ends = how["by"], how["issuer_ends"]
    authority = {**FIT, "ca": True, "usages": (), "names": (), "hash": hashes.SHA256()}
    root = _leaf({**authority, "common_name": "Root", "ends": 3000 * DAY}, f"{by}-root")
    middle = {**authority, "common_name": "Middle", "ends": ends, "key": f"{by}-middle", "ca": how["issuer_ca"]}
    return {
        "root": root,
        "middle": _leaf(middle, f"{by}-root", issuer="Root"),
        "leaf": _leaf(how, f"{by}-middle", issuer="Middle"),
    }


def _leaf(how: Mapping[str, Any], signing: str, issuer: str = "") -> x509.Certificate:
    signer = key(signing)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(how["common_name"]))
        .issuer_name(_name(issuer or how["common_name"]))
        .public_key(key(how["key"] if issuer else signing).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + how["begins"])
        .not_valid_after(NOW + how["ends"])
        .add_extension(x509.BasicConstraints(ca=how["ca"], path_length=None), critical=True)
        .add_extension(_usage(signs=how["signs"]), critical=True)
    )
    if how["names"]:
        builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(n) for n in how["names"]]), False)
    if how["usages"]:
        builder = builder.add_extension(x509.ExtendedKeyUsage(how["usages"]), critical=False)
    edwards = isinstance(signer, ed25519.Ed25519PrivateKey)
    probabilistic = padding.PSS(padding.MGF1(how["hash"]), how["hash"].digest_size) if how["pss"] else None
    return builder.sign(signer, None if edwards else how["hash"], rsa_padding=probabilistic)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, signs: bool) -> x509.KeyUsage:
    others = ("content_commitment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only")
    allowed = {"digital_signature": signs, "key_encipherment": True, "key_cert_sign": True}
    return x509.KeyUsage(**allowed, **dict.fromkeys(others, False))
