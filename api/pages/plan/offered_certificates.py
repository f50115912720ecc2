"""The certificates that the form of a plan offers: first those that name a server of the site, with these servers."""

from collections.abc import Iterable

from rotation.certificate import CertificateFacts
from rotation.fitness.names import covers, given
from rotation.site import Site
from rotation.values import ServerName, Value


class OfferedCertificate(Value):
    """A kept certificate, and what of a site it names."""

    facts: CertificateFacts
    servers: tuple[ServerName, ...]
    """Those that it names, by their own name or by an address at which clients look for them."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names in it, the subject's first."""
        return given(self.facts)


class OfferedCertificates(Value):
    """Those that name a server of the site, those with the most servers first; and the others."""

    fitting: tuple[OfferedCertificate, ...]
    others: tuple[OfferedCertificate, ...]

    def __len__(self) -> int:
        return len(self.fitting) + len(self.others)


def offered_certificates(kept: Iterable[CertificateFacts], site: Site) -> OfferedCertificates:
    """The certificates by what they name, each part in the order in which they were kept."""
    offered = [OfferedCertificate(facts=facts, servers=_named_by(facts, site)) for facts in kept]
    fitting = sorted((each for each in offered if each.servers), key=lambda each: -len(each.servers))
    return OfferedCertificates(fitting=tuple(fitting), others=tuple(each for each in offered if not each.servers))


def _named_by(facts: CertificateFacts, site: Site) -> tuple[ServerName, ...]:
    addresses = {server.name: {str(server.name), server.address} for server in site.servers}
    for offered in site.lists:
        for entry in offered.entries:
            addresses.get(entry.server, set()).add(entry.address)
    return tuple(name for name, known in addresses.items() if any(covers(facts, each) for each in known))
