"""Which clients a call of the computers endpoints asks for."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated

from fastapi import Depends, Query

from emulator.clients.client import Client
from emulator.rest.computer_row import OS_KIND, mac_address
from emulator.rest.errors import BadArgumentError
from emulator.rest.service import RestService

_OS_KINDS = """
    CentOs Debian Fedora MacOSX Oracle OSX RedHat SUSE Ubuntu Win10 Win11 Win2K Win7 Win8 Win81 WinEmb7 WinEmb8
    WinEmb81 WinFundamental WinNT Win2K3 Win2K8 Win2K8R2 Win2K12 Win2K12R2 Win2K16 Win2K19 Win2K22 WinVista WinXP
    WinXPEmb WinXPProf64
"""
"""The vendor's names of operating systems."""


@dataclass(frozen=True)
class Filter:
    """What a call asks for. An id or a hardware key sets the other conditions aside, but for the domain."""

    domain: str = ""
    computer_id: str = ""
    hardware_key: str = ""
    computer_name: str = ""
    mac: str = ""
    os: frozenset[str] = frozenset()
    last_update: int = 0

    def choose(self, service: RestService, group_id: str | None) -> list[Client]:
        """The clients it lets through, of the site or of one group."""
        site, fleet = service.site, service.simulation.fleet
        clients = fleet.listed(group_id=group_id)
        if self.domain:
            inside = {group.id for group in site.groups.values() if self.domain in site.shown(group.path).domain}
            clients = [client for client in clients if client.group_id in inside]
        if self.computer_id:
            return [client for client in clients if client.id == self.computer_id]
        if self.hardware_key:
            return [client for client in clients if client.hardware_key == self.hardware_key]
        if self.last_update:
            clients = [client for client in clients if fleet.last_update_ms(client) >= self.last_update]
        if self.computer_name:
            clients = [client for client in clients if _fits(client.name, self.computer_name)]
        if self.mac:
            clients = [client for client in clients if _fits(mac_address(client.hardware_key), self.mac)]
        # every client here runs the same system
        return clients if not self.os or OS_KIND in self.os else []


def _fits(value: str, pattern: str) -> bool:
    """Whether a value is what a caller asks for, in any case; `*` stands for any part, and nothing else does."""
    literal = pattern.lower().replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(value.lower(), literal)


def _kinds(names: list[str]) -> frozenset[str]:
    unknown = sorted(set(names) - set(_OS_KINDS.split()))
    if unknown:
        raise BadArgumentError(f"The os argument is invalid: {unknown[0]}.")
    return frozenset(names)


# asynchronous as all of this service: a plain function, or the class itself, would be called in another thread
async def _of_site(
    *,
    domain: Annotated[str, Query()] = "",
    computer_id: Annotated[str, Query()] = "",
    hardware_key: Annotated[str, Query()] = "",
    computer_name: Annotated[str, Query(alias="computerName")] = "",
    mac: Annotated[str, Query()] = "",
    os: Annotated[list[str] | None, Query()] = None,
    last_update: Annotated[int, Query(alias="lastUpdate", ge=0, le=2**63 - 1)] = 0,
) -> Filter:
    kinds = _kinds(os or [])
    return Filter(domain, computer_id, hardware_key, computer_name, mac, kinds, last_update)


async def _of_group(
    domain: Annotated[str, Query()] = "",
    os: Annotated[str, Query()] = "",
    last_update: Annotated[int, Query(alias="lastUpdate", ge=0, le=2**63 - 1)] = 0,
) -> Filter:
    return Filter(domain=domain, os=_kinds(os.split(",") if os else []), last_update=last_update)


Chosen = Annotated[Filter, Depends(_of_site)]
"""Of the whole site; an operating system more is a parameter more."""
ChosenInGroup = Annotated[Filter, Depends(_of_group)]
"""Of one group, which takes fewer conditions; operating systems are listed with commas between them."""
