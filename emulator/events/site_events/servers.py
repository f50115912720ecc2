"""Servers restart, stop, are upgraded or cut off, and administrators touch their certificates or clocks."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from emulator.events.site_events.base import DECADES, SiteEventBase
from emulator.state.damage import DamageForm


class ServerRestarts(SiteEventBase):
    """A server's services restart."""

    site_event: Literal["server_restarts"] = "server_restarts"
    server: str
    lasting: timedelta


class ServerCutOff(SiteEventBase):
    """The network before a server is dead: to the product (clients reach it), to clients (it answers), or to both."""

    site_event: Literal["server_cut_off"] = "server_cut_off"
    server: str
    lasting: timedelta
    from_product: bool = True
    from_clients: bool = False


class ClockSet(SiteEventBase):
    """A server's own clock is set."""

    site_event: Literal["clock_set"] = "clock_set"
    server: str
    ahead: timedelta = Field(ge=-DECADES, le=DECADES)


class CertificateGenerated(SiteEventBase):
    """An administrator has a server generate a new certificate."""

    site_event: Literal["certificate_generated"] = "certificate_generated"
    server: str
    new_keys: bool = True


class CertificateRestored(SiteEventBase):
    """An administrator puts back the certificate that a server had before its present one."""

    site_event: Literal["certificate_restored"] = "certificate_restored"
    server: str


class CertificateDamaged(SiteEventBase):
    """The certificate of a server is damaged or lost, while clients hold it."""

    site_event: Literal["certificate_damaged"] = "certificate_damaged"
    server: str
    form: DamageForm = DamageForm.LOST


class ServerDies(SiteEventBase):
    """A server's services stop, and no person starts them again."""

    site_event: Literal["server_dies"] = "server_dies"
    server: str


class HttpPortMoved(SiteEventBase):
    """An administrator has a server listen for plain HTTP at another port; no server list is changed."""

    site_event: Literal["http_port_moved"] = "http_port_moved"
    server: str
    port: int = Field(ge=1, le=65535)


class ServerUpgraded(SiteEventBase):
    """SEPM is upgraded on a server: it restarts, and listens at the ports of a new installation."""

    site_event: Literal["server_upgraded"] = "server_upgraded"
    server: str
    version: str
    lasting: timedelta = Field(default=timedelta(minutes=20), gt=timedelta(), le=DECADES)
    resets_ports: bool = True


class ServerAdded(SiteEventBase):
    """An administrator installs another management server: the default list names it from then on, and no other."""

    site_event: Literal["server_added"] = "server_added"
    server: str
    https_port: int = Field(default=443, ge=1, le=65535)
    http_port: int = Field(default=8014, ge=1, le=65535)


class ApiSilent(SiteEventBase):
    """The REST API answers no request for a while; the servers and their clients notice nothing of it."""

    site_event: Literal["api_silent"] = "api_silent"
    lasting: timedelta = Field(gt=timedelta(), le=DECADES)
