"""Sylink.xml of a location, as the console exports it."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from xml.etree import ElementTree as ET

from emulator.certificates.certificates import Credential
from emulator.clients.client import Client
from emulator.instants import span_ms
from emulator.spec import Mode, Protocol
from emulator.state.publishing import PublishedLocation, published_location
from emulator.state.site import Group, Location, Site

_MINUTE, _YEAR = timedelta(minutes=1), timedelta(days=365)


class HeldFile(NamedTuple):
    """A client's own Sylink.xml."""

    client: str
    sylink: str
    age_minutes: int
    """Since when the client has not written it."""


def sylink_xml(site: Site, group: Group, location: Location) -> str:
    """Communication settings of a (group, location), with the certificates of all servers."""
    settings = site.settings(group, location)
    published = published_location(site, settings)
    heartbeat = str(span_ms(settings.heartbeat) // 1000)
    domain, path = site.shown(group.path)
    root = ET.Element("ServerSettings", DomainId=domain.id)
    conf = ET.SubElement(root, "CommConf")
    mode = "PUSH" if settings.mode is Mode.PUSH else "PULL"
    ET.SubElement(
        conf,
        "AgentCommunicationSetting",
        {
            "AlwaysConnect": "1",
            "CommunicationMode": mode,
            "DisableDownloadProfile": "0",
            "Kcs": hashlib.sha256(domain.id.encode()).hexdigest()[:32].upper(),
            f"{mode.title()}HeartbeatSeconds": heartbeat,
            "UploadCmdStateHeartbeatSeconds": heartbeat,
            "UploadLogHeartbeatSeconds": heartbeat,
            "UploadOpStateHeartbeatSeconds": heartbeat,
            "RandomizationEnabled": str(int(bool(settings.randomization))),
            "RandomizationRange": str(span_ms(settings.randomization) // 1000),
        },
    )
    _add_list(conf, published)
    _add_certificates(conf, ((server.name, server.credential) for server in site.servers.values()))
    register = ET.SubElement(conf, "RegisterClient")
    register.set("PreferredGroup", path)
    register.set("PreferredMode", "1")
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def held_file(client: Client, now_ms: int) -> HeldFile:
    """A client's own file as it is now; what came with the client is a year old."""
    written = max(client.list_taken, now_ms - span_ms(_YEAR))
    return HeldFile(client.id, held_sylink(client), (now_ms - written) // span_ms(_MINUTE))


def held_sylink(client: Client) -> str:
    """The server list and the certificates in a client's own file: those that it took last."""
    root = ET.Element("ServerSettings")
    conf = ET.SubElement(root, "CommConf")
    _add_list(conf, client.settings)
    _add_certificates(conf, (("", credential) for credential in client.listed.certificates.values()))
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _add_list(conf: ET.Element, published: PublishedLocation) -> None:
    server_list = ET.SubElement(conf, "ServerList", Name=published.list_name)
    for number, pool in enumerate(published.priorities, 1):
        block = ET.SubElement(server_list, "ServerPriorityBlock", Name=f"Priority{number}")
        for entry in pool:
            attributes = {"Address": entry.address, "HttpPort": str(entry.http_port)}
            if published.protocol is Protocol.HTTPS:
                attributes["HttpsPort"] = str(entry.https_port)
            secure = str(int(published.secure_communications))
            ET.SubElement(block, "Server", attributes | {"HttpsVerifyCA": "0", "VerifySignatures": secure})


def _add_certificates(conf: ET.Element, certificates: Iterable[tuple[str, Credential]]) -> None:
    cert_list = ET.SubElement(conf, "ServerCertList")
    for name, credential in certificates:
        certificate = ET.SubElement(cert_list, "Certificate", Name=name)
        certificate.text = base64.b64encode(credential.der).decode()
