"""What the emulator says when it is ready: everything a program needs to speak to the site."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from emulator.people.export import described_groups, machines_of_images
from emulator.serving.views import list_views
from emulator.simulation import Simulation


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class RestDescription(_Part):
    """How to reach the REST API."""

    url: str
    host: str
    port: int
    user: str
    password: str
    domain: str
    fingerprint_sha256: str
    ca_pem: str


class ControlDescription(_Part):
    """How to reach the control API."""

    url: str
    token: str


class ServerDescription(_Part):
    """One server as clients reach it."""

    name: str
    address: str
    https_port: int
    http_port: int
    fingerprint_sha256: str


class ListDescription(_Part):
    """One server list with its servers by priority."""

    name: str
    protocol: str
    priorities: tuple[tuple[dict[str, Any], ...], ...]


class ConsoleDescription(_Part):
    """What the console of a site without REST shows: its version, and every group with its locations."""

    version: str
    groups: tuple[dict[str, Any], ...]
    images: tuple[str, ...] = ()


class Description(_Part):
    """The whole site at its start."""

    rest: RestDescription
    front_pid: int
    control: ControlDescription
    site: str
    servers: tuple[ServerDescription, ...]
    server_lists: tuple[ListDescription, ...]
    console: ConsoleDescription | None
    """None where the site has REST."""


def url_of(scheme: str, host: str, port: int, path: str = "") -> str:
    """A URL, with brackets around an IPv6 address."""
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{path}"


def describe(simulation: Simulation, rest_port: int, front_pid: int, control: ControlDescription) -> Description:
    """The site of `simulation` as it is served."""
    site, spec = simulation.site, simulation.spec
    first = site.first_server
    return Description(
        rest=RestDescription(
            url=url_of("https", first.address, rest_port, "/sepm"),
            host=first.address,
            port=rest_port,
            user=spec.administrator,
            password=spec.password,
            domain=site.domain.name,
            fingerprint_sha256=first.rest_credential.fingerprint,
            ca_pem=first.rest_credential.certificate_pem.decode(),
        ),
        front_pid=front_pid,
        control=control,
        site=site.name,
        servers=tuple(
            ServerDescription(
                name=server.name,
                address=server.address,
                https_port=server.https_port,
                http_port=server.http_port,
                fingerprint_sha256=server.credential.fingerprint,
            )
            for server in site.servers.values()
        ),
        server_lists=tuple(
            ListDescription(
                name=each.name,
                protocol=each.protocol.value,
                priorities=tuple(tuple(entry.model_dump() for entry in pool) for pool in each.priorities),
            )
            for each in list_views(simulation)
        ),
        console=None
        if spec.rest
        else ConsoleDescription(
            version=spec.sepm_version,
            groups=tuple(described_groups(simulation)),
            images=machines_of_images(simulation),
        ),
    )


def readable(description: Description) -> str:
    """The same for people."""
    rest, control = description.rest, description.control
    lines = [
        f"site      {description.site}",
        *(
            (
                f"REST      {rest.url}  user {rest.user}  password {rest.password}  domain {rest.domain}",
                f"          certificate SHA-256 {rest.fingerprint_sha256}",
            )
            if description.console is None
            else (f"REST      none: SEPM {description.console.version}; exports of clients: GET {control.url}/export",)
        ),
        f"front     process {description.front_pid}",
        f"control   {control.url}  token {control.token}",
    ]
    lines += [
        f"server    {server.name}  {url_of('https', server.address, server.https_port)}"
        f"  {url_of('http', server.address, server.http_port)}"
        for server in description.servers
    ]
    lines += [f"list      {each.name} ({each.protocol})" for each in description.server_lists]
    return "\n".join(lines)
