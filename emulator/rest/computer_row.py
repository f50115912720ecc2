"""One client as the computers endpoints show it: some 130 fields, few of which matter, some doubled but for case."""

import json
from json.encoder import encode_basestring
from typing import Any

from emulator.clients.fleet import ClientRecord
from emulator.state.networks import MASK
from emulator.state.site import Site

_OS = "Windows 10 Enterprise Edition"
OS_KIND = "Win10"
"""The name by which a call asks for clients with this system."""

_ZERO = """
    agentUsn apOnOff avEngineOnOff bwf cidsBrowserFfOnOff cidsBrowserIeOnOff cidsDrvMulfCode cidsDrvOnOff
    cidsSilentMode computerUsn contentUpdate daOnOff deleted edrStatus elamOnOff fbwf firewallOnOff
    infected isGrace lastDeploymentTime lastHeuristicThreatTime lastScanTime lastVirusTime licenseExpiry
    osElamStatus osFlavorNumber pepOnOff ptpOnOff quarantineStatus rebootRequired tamperOnOff tdadOnOff
    tdadGlobalDataDownloadTime tdadGlobalDataProcessingDoneTime timeZone uwf vsicStatus wssStatus
"""
_EMPTY = """
    attributeExtension avDefsetRevision avDefsetSequence avDefsetVersion biosVersion computerDescription
    department deploymentPreVersion description dhcpServer diskDrive email employeeNumber employeeStatus
    fullName homePhone jobTitle mobilePhone officePhone osServicePack processorType serialNumber
"""
_NULL = """
    atpDeviceId atpServer bashStatus behavioralAnalysisDefsetVersion cidsDefsetVersion cidsEngineVersion
    encryptedDevicePassword hypervisorVendorId idsChecksum idsSerialNo idsVersion installType kernel
    licenseId loginDomain patternIdx profileChecksum publicKey quarantineCode quarantineDesc rebootReason
    securityVirtualAppliance snacLicenseId svaId telemetryHwid telemetryMid tdadStatusId tmpDevice
    tpmDevice uuid virtualizationPlatform worstInfectionIdx writeFiltersStatus
"""

_USUAL: dict[str, Any] = (
    dict.fromkeys(_ZERO.split(), 0)
    | dict.fromkeys(_EMPTY.split(), "")
    | dict.fromkeys(_NULL.split())
    | {
        "agentType": "105",
        "domainOrWorkgroup": "WORKGROUP",
        "dnsServers": [],
        "gateways": [],
        "subnetMasks": [MASK],
        "winServers": [],
        "freeDisk": 100_000_000_000,
        "freeMem": 4_000_000_000,
        "memory": 8_000_000_000,
        "totalDiskSpace": 200_000,
        "logicalCpus": 2,
        "physicalCpus": 1,
        "processorClock": 2400,
        "groupUpdateProvider": False,
        "licenseStatus": -1,
        "logonUserName": "user",
        "osName": "Windows 10",
        "osname": _OS,
        "osBitness": "x64",
        "osbitness": "x64",
        "osFunction": "Workstation",
        "osLanguage": "en-US",
        "osMajor": 10,
        "osMinor": 0,
        "osVersion": "10.0",
        "osversion": "10.0",
        "pskVersion": 1,
        "deploymentStatus": "302456832",
        "deploymentMessage": "",
    }
)


_USUAL_JSON = json.dumps(_USUAL, ensure_ascii=False, separators=(",", ":"))[1:-1]


def mac_address(key: str) -> str:
    """The MAC address of the client with that hardware key."""
    return "-".join((key[0:2], key[2:4], key[4:6], key[6:8], key[8:10], key[10:12]))


def computer_json(record: ClientRecord, site: Site) -> str:
    """The row of one client, as JSON: put together from ready pieces, because rows are most of what is ever read."""
    quote = encode_basestring
    major, minor, *_ = record.build.split(".")
    key, seen, address, build = record.hardware_key, record.last_update_ms, quote(record.address), quote(record.build)
    mac = mac_address(key)
    met = bool(record.last_server_id)
    domain, path = site.shown(record.group_path)
    # the group's name holds the full path, and its full path is null
    return (
        f"{{{_USUAL_JSON},"
        f'"uniqueId":"{record.id}","computerName":{quote(record.name)},"hardwareKey":"{key}",'
        f'"agentId":"{record.agent_id}","currentClientId":"{record.id}","ipAddresses":[{address}],"macAddresses":["{mac}"],'
        f'"group":{{"id":"{record.group_id}","name":{quote(path)},"fullPathName":null,'
        f'"domain":{{"id":"{domain.id}","name":{quote(domain.name)}}},"externalReferenceId":null,"source":null}},'
        f'"onlineStatus":{record.online:d},"lastUpdateTime":{seen},"agentTimeStamp":{seen},"computerTimeStamp":{seen},'
        f'"creationTime":{record.created_ms},"lastDownloadTime":{seen},'
        f'"operatingSystem":{quote(record.system)},"agentVersion":{build},"majorVersion":{int(major)},"minorVersion":{int(minor)},'
        f'"deploymentRunningVersion":{build},"deploymentTargetVersion":{quote(record.upgrade_to)},'
        f'"profileSerialNo":{quote(record.profile_serial)},'
        f'"profileVersion":{quote(".".join(record.build.split(".")[:3]))},'
        f'"lastServerId":"{record.last_server_id}","lastServerName":{quote(record.last_server_name)},'
        f'"lastSiteId":"{site.id if met else ""}","lastSiteName":{quote(site.name if met else "")},'
        f'"lastConnectedIpAddr":{address if met else quote("")},"isNpvdiClient":{record.npvdi:d}}}'
    )
