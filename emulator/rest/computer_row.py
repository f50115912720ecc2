"""One client as the computers endpoints show it: some 130 fields, few of which matter, some doubled but for case."""

from types import MappingProxyType
from typing import Any

from emulator.fleet import ClientRecord
from emulator.site import Site

_OS = "Windows 10 Enterprise Edition"

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

_USUAL: MappingProxyType[str, Any] = MappingProxyType(
    dict.fromkeys(_ZERO.split(), 0)
    | dict.fromkeys(_EMPTY.split(), "")
    | dict.fromkeys(_NULL.split())
    | {
        "agentType": "105",
        "domainOrWorkgroup": "WORKGROUP",
        "dnsServers": [],
        "gateways": [],
        "subnetMasks": [],
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
        "operatingSystem": _OS,
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


def computer_row(record: ClientRecord, site: Site) -> dict[str, Any]:
    """The row of one client."""
    major, minor, *_ = record.build.split(".")
    domain = {"id": site.domain_id, "name": site.domain}
    return {
        **_USUAL,
        "uniqueId": record.id,
        "computerName": record.name,
        "hardwareKey": record.hardware_key,
        "agentId": record.agent_id,
        "currentClientId": record.id,
        "ipAddresses": [record.address],
        "macAddresses": ["-".join(record.hardware_key[at : at + 2] for at in range(0, 12, 2))],
        # the name holds the full path, and the full path is null
        "group": {
            "id": record.group_id,
            "name": record.group_path,
            "fullPathName": None,
            "domain": domain,
            "externalReferenceId": None,
            "source": None,
        },
        "onlineStatus": int(record.online),
        "lastUpdateTime": record.last_update_ms,
        "agentTimeStamp": record.last_update_ms,
        "computerTimeStamp": record.last_update_ms,
        "creationTime": record.created_ms,
        "lastDownloadTime": record.last_update_ms,
        "agentVersion": record.build,
        "majorVersion": int(major),
        "minorVersion": int(minor),
        "deploymentRunningVersion": record.build,
        "deploymentTargetVersion": record.build,
        "profileSerialNo": record.profile_serial,
        "profileVersion": ".".join(record.build.split(".")[:3]),
        "lastServerId": record.last_server_id,
        "lastServerName": record.last_server_name,
        "lastSiteId": site.id if record.last_server_id else "",
        "lastSiteName": site.name if record.last_server_id else "",
        "lastConnectedIpAddr": record.address if record.last_server_id else "",
        "isNpvdiClient": int(record.npvdi),
    }
