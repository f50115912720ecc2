"""The server that a certificate is for: the names by which clients reach it, what it presents, and other servers."""

from collections.abc import Iterable

from rotation.certificate import CertificateFacts
from rotation.finding import Finding, Severity, blocking, info, warning
from rotation.fitness.names import covers, form, given
from rotation.site import Site
from rotation.survey import ServedCertificate
from rotation.values import ServerName, Value

IN_USE = "certificate-in-use"


class PlacedServer(Value):
    """A server of a site, with what the site's servers present now."""

    site: Site
    server: ServerName
    served: tuple[ServedCertificate, ...] = ()

    @property
    def addresses(self) -> dict[str, bool]:
        """The addresses at which clients look for the server, and whether they verify the name there."""
        known: dict[str, bool] = {}
        for offered in self.site.lists:
            for entry in offered.entries:
                if entry.server == self.server:
                    known[entry.address] = known.get(entry.address, False) or offered.verifies_ca
        return known

    @property
    def presents(self) -> ServedCertificate | None:
        """What the server presents."""
        return next((each for each in self.served if each.server == self.server), None)


def covers_its_addresses(facts: CertificateFacts, place: PlacedServer) -> Iterable[Finding]:
    """Each address in the server lists. Most clients compare the certificate that they hold and no name, some do.

    What clients verify, and what the certificate that is there covers, must be covered. Neither is a warning.
    """
    old = place.presents.named if place.presents else None
    names = ", ".join(given(facts)) or "none at all"
    for address, verified in place.addresses.items():
        if covers(facts, address):
            continue
        lost = old is not None and covers(old, address)
        text = f"the certificate lacks the name {address}, at which server lists send clients (its names: {names})"
        if verified:
            text = f"{text}; these clients verify the name"
        elif lost:
            text = f"{text}; the present certificate has the name"
        yield Finding(
            code="certificate-name-missing",
            severity=Severity.BLOCKING if verified or lost else Severity.WARNING,
            subject=place.server,
            message=text,
            remedy=f"request a certificate with {address} as an alternative name",
        )


def brings_its_chain(facts: CertificateFacts, place: PlacedServer) -> Iterable[Finding]:
    """Clients that verify the issuer need the issuers in between, and nothing shows whether they have them."""
    if any(place.addresses.values()) and not facts.chain.complete and not facts.chain.issuers:
        yield blocking(
            "certificate-chain-needed",
            place.server,
            f"clients verify the issuer, and {facts.issuer} is not in the file",
            "put the issuers into the file, up to the root",
        )


def keeps_the_forms(facts: CertificateFacts, place: PlacedServer) -> Iterable[Finding]:
    """Peers such as EDR compare the form of the name: full name, short name or address (K236805)."""
    old = place.presents.named if place.presents else None
    if old is None:
        return
    missing = dict.fromkeys(form(name) for name in given(old))
    for name in given(facts):
        missing.pop(form(name), None)
    for each in missing:
        yield warning(
            "certificate-name-form",
            place.server,
            f"the certificate has no {each.value} of the server, as the present one has; "
            "other products compare this form (K236805)",
            "request a certificate with the names of the present one",
        )


def has_no_wildcard(facts: CertificateFacts, place: PlacedServer) -> Iterable[Finding]:
    """The vendor leaves open whether SEPM takes a wildcard (K158660)."""
    wild = [name for name in given(facts) if "*" in name]
    if wild:
        yield warning(
            "certificate-wildcard",
            place.server,
            f"the certificate has the name {', '.join(wild)}; the vendor does not say whether SEPM accepts a "
            "wildcard (K158660)",
            "request a certificate with the server's own names, or try it on a test site",
        )


def is_not_in_use(facts: CertificateFacts, place: PlacedServer) -> Iterable[Finding]:
    """Neither here nor on another server."""
    for seen in place.served:
        if seen.fingerprint != facts.fingerprint:
            continue
        if seen.server == place.server:
            yield blocking(
                IN_USE,
                place.server,
                "the server presents this certificate already",
                "leave the server out of the plan, or choose another certificate",
            )
        else:
            yield warning(
                "certificate-in-use-elsewhere",
                place.server,
                f"{seen.server} presents this certificate too, so both servers have one key",
                "make a certificate for each server",
            )


def has_a_new_key(facts: CertificateFacts, place: PlacedServer) -> Iterable[Finding]:
    """The same key again: what was signed with it verifies on, and if it was lost it stays lost."""
    for seen in place.served:
        if seen.named is None or seen.named.public_key != facts.public_key or seen.fingerprint == facts.fingerprint:
            continue
        here = seen.server == place.server
        own, other = "the certificate has the key of the present one", f"the certificate has the key of {seen.server}"
        text = own if here else other
        yield (info if here else warning)(
            "certificate-key-reused",
            place.server,
            f"{text}; a person who has that key can pose as this server, too",
            "make a new key, unless the key is kept on purpose",
        )


RULES = (covers_its_addresses, brings_its_chain, keeps_the_forms, has_no_wildcard, is_not_in_use, has_a_new_key)
