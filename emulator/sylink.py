"""Sylink.xml of a location, as the console exports it."""

import base64
import hashlib
from xml.etree import ElementTree as ET

from emulator.instants import span_ms
from emulator.publishing import published_location
from emulator.site import Group, Location, Site
from emulator.spec import Mode, Protocol


def sylink_xml(site: Site, group: Group, location: Location) -> str:
    """Communication settings of a (group, location), with the certificates of all servers."""
    settings = site.settings(group, location)
    published = published_location(site, settings)
    heartbeat = str(span_ms(settings.heartbeat) // 1000)
    secure = str(int(settings.secure_communications))
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
    server_list = ET.SubElement(conf, "ServerList", Name=published.list_name)
    for number, pool in enumerate(published.priorities, 1):
        block = ET.SubElement(server_list, "ServerPriorityBlock", Name=f"Priority{number}")
        for entry in pool:
            attributes = {"Address": entry.address, "HttpPort": str(entry.http_port)}
            if published.protocol is Protocol.HTTPS:
                attributes["HttpsPort"] = str(entry.https_port)
            attributes |= {"HttpsVerifyCA": "0", "VerifySignatures": secure}
            ET.SubElement(block, "Server", attributes)
    certificates = ET.SubElement(conf, "ServerCertList")
    for server in site.servers.values():
        certificate = ET.SubElement(certificates, "Certificate", Name=server.name)
        certificate.text = base64.b64encode(server.credential.der).decode()
    register = ET.SubElement(conf, "RegisterClient")
    register.set("PreferredGroup", path)
    register.set("PreferredMode", "1")
    return ET.tostring(root, encoding="unicode", xml_declaration=True)
