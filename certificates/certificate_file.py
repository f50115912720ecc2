"""Reading certificate files: PEM, DER, PKCS#12 and JKS, recognised by their content and not by their names."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from certificates.certificate_formats import Contents, read_contents
from certificates.errors import UnusableCertificateFile
from certificates.parsed_certificate import ParsedCertificate, facts_of, is_ca
from rotation.certificate import Chain, ChainCertificate
from rotation.values import CertificateId


def parse_certificate_file(
    content: bytes,
    *,
    identity: CertificateId,
    name: str,
    password: SecretStr | None = None,
    key: bytes | None = None,
    chain: bytes | None = None,
) -> ParsedCertificate:
    """The certificate that a file is about, with its chain and its key where the file holds them.

    Args:
        content: the file.
        identity: the id that the certificate gets.
        name: the file's name, for errors.
        password: of the files and of the key in them.
        key: the file of the private key, where it is another one.
        chain: the file of the issuers, where it is another one.

    Raises:
        UnusableCertificateFile: says what is wrong and how to make a better file.
    """
    secret = password.get_secret_value() if password else None
    files = ((content, name), (key, "the key file"), (chain, "the chain file"))
    read = [read_contents(each, called, secret) for each, called in files if each is not None]
    contents = sum(read[1:], read[0])
    return _assembled(contents, identity, name)


def _assembled(contents: Contents, identity: CertificateId, name: str) -> ParsedCertificate:
    key = _only_key(contents.keys, name)
    certificates = _each_once(contents.certificates)
    if not certificates:
        raise UnusableCertificateFile(
            name, "holds no certificate", "give the certificate, not its key or request alone"
        )
    leaf = _leaf(certificates, key, name)
    chain = _chain(leaf, certificates)
    try:
        facts = facts_of(leaf, identity, has_key=key is not None, chain=_chain_facts(leaf, chain, certificates))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnusableCertificateFile(
            name, "holds a certificate with fields that cannot be read", "have it issued again"
        ) from error
    return ParsedCertificate(
        facts=facts,
        certificate_pem=_pem(leaf),
        chain_pem="".join(_pem(issuer) for issuer in chain),
        key_pem=None if key is None else SecretStr(_key_pem(key, name)),
    )


def contents_of(certificate: x509.Certificate, key: PrivateKeyTypes, identity: CertificateId) -> ParsedCertificate:
    """A certificate that was just made, as if read from a file."""
    return ParsedCertificate(
        facts=facts_of(certificate, identity, has_key=True),
        certificate_pem=_pem(certificate),
        key_pem=SecretStr(_key_pem(key, "the new certificate")),
    )


def _only_key(keys: Sequence[PrivateKeyTypes], name: str) -> PrivateKeyTypes | None:
    different = {_public(key.public_key()): key for key in keys if hasattr(key, "public_key")}
    if len(different) > 1:
        raise UnusableCertificateFile(
            name,
            f"holds {len(different)} different private keys",
            "export one entry (keytool -importkeystore -srcalias NAME, or openssl pkcs12) into a file of its own",
        )
    return next(iter(different.values()), None)


def _each_once(certificates: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    return list(dict.fromkeys(certificates))


def _leaf(certificates: list[x509.Certificate], key: PrivateKeyTypes | None, name: str) -> x509.Certificate:
    """The certificate of the key; without a key, the one that issued no other in the file."""
    if key is not None:
        wanted = _public(key.public_key())
        matching = [c for c in certificates if _public(c.public_key()) == wanted]
        if not matching:
            raise UnusableCertificateFile(
                name,
                "its private key belongs to none of its certificates",
                "put the key that the certificate was requested with into the file",
            )
    else:
        matching = [c for c in certificates if not any(_issued(c, other) for other in certificates if other != c)]
    if len(matching) == 1:
        return matching[0]
    raise UnusableCertificateFile(
        name,
        f"holds {len(matching)} certificates that could be the server's",
        "leave one server certificate, its issuers and its key in the file",
    )


def _chain(leaf: x509.Certificate, certificates: list[x509.Certificate]) -> list[x509.Certificate]:
    chain: list[x509.Certificate] = []
    current = leaf
    while not _issued(current, current):
        issuer = next((c for c in certificates if c != leaf and c not in chain and _issued(c, current)), None)
        if issuer is None:
            break
        chain.append(issuer)
        current = issuer
    return chain


def _chain_facts(leaf: x509.Certificate, chain: list[x509.Certificate], certificates: list[x509.Certificate]) -> Chain:
    """The facts of the chain for the domain's rules."""
    ordered = [leaf, *chain]
    return Chain(
        issuers=tuple(
            ChainCertificate(
                subject=each.subject.rfc4514_string(), not_after=each.not_valid_after_utc, is_ca=is_ca(each)
            )
            for each in chain
        ),
        complete=_issued(ordered[-1], ordered[-1]),
        in_order=[each for each in certificates if each in ordered] == ordered,
        left_out=tuple(each.subject.rfc4514_string() for each in certificates if each not in ordered),
    )


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    if issuer.subject != certificate.issuer:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (TypeError, InvalidSignature):
        return False
    except (ValueError, UnsupportedAlgorithm):
        return True  # too weak a signature to be checked any more: the names decide, and the rules refuse it
    return True


def _public(key: object) -> bytes:
    spki: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return spki


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _key_pem(key: PrivateKeyTypes, name: str) -> str:
    try:
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    except ValueError as error:
        raise UnusableCertificateFile(name, "its private key is of an unknown kind", "use an RSA key") from error
