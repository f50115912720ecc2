"""What a person at the console reads, for each kind of work."""

from typing import get_args

import pytest

from rotation.plan.work.client_look import BuildToLookAt, LookAtClients, NamedClient
from rotation.plan.work.hand_outs import HandOut, HandOutKind
from rotation.plan.work.https_drill import HttpsPort, OpenHttps, ShutHttps
from rotation.plan.work.instructions import instructions
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import (
    AssignList,
    CompareSignedFiles,
    CopyList,
    CopyServer,
    DeleteList,
    PauseReplication,
    PutCertificateBack,
    RefreshImages,
    ReorderList,
    ReplaceCertificate,
    ResumeReplication,
    SaveRecoveryFile,
    SetSecureCommunications,
    StartHandOuts,
    StopHandOuts,
    TaskPair,
    Work,
)
from rotation.values import ClientId, Fingerprint, GroupId, ListName, LocationId, ServerName

S1, COPY, PC = ServerName("s1"), ListName("L copy"), ClientId("C1")

ENTRY = CopyServer(server=S1, address="a.test", http_port=8080)
PAIR = TaskPair(group_id=GroupId("G1"), group_path="Root\\A", location_id=LocationId("L1"), location_name="Office")


def replacing(*, has_file):
    """The replacement of s1's certificate."""
    return ReplaceCertificate(server=S1, fingerprint_sha256=Fingerprint("ab" * 32), has_file=has_file)


def putting_back(**fields):
    """The recovery of s1's certificate."""
    known = {"fingerprint_sha256": "ab" * 32, "recovery_file": "recovery_1.zip", "recovery_sha256": "cd" * 32}
    return PutCertificateBack.model_validate({"server": S1, "keystore": "keystore_1.jks", **known, **fields})


WORKS = [
    (SaveRecoveryFile(server=S1), ["s1", "recovery_<timestamp>.zip", "SHA-256"]),
    (PauseReplication(partners=("Linz", "Graz")), ["break the replication relationship with Linz, Graz"]),
    (ResumeReplication(partners=("Linz",)), ["restore the replication relationship with Linz"]),
    (
        CopyList(
            source_list=ListName("L"),
            copy_list=COPY,
            servers=(ENTRY,),
        ),
        ["Copy the List 'L'", "'L copy'", "Use HTTP protocol", "- s1: a.test, port 8080"],
    ),
    (AssignList(list=COPY, pairs=(PAIR,)), ["'L copy', Assign", "- Root\\A, location Office"]),
    (SetSecureCommunications(enabled=True, pairs=(PAIR,)), ["Check Enable secure", "- Root\\A, location Office"]),
    (SetSecureCommunications(enabled=False, pairs=(PAIR,)), ["Uncheck Enable secure"]),
    (
        ReorderList(list=ListName("L"), order=((ServerName("s2"), ServerName("s3")), (S1,))),
        ["Edit 'L'", "priorities are s2, s3; s1", "Sylink.xml", "order='s2, s3; s1'"],
    ),
    (replacing(has_file=True), ["Claim this task first", "the file of this task", "ab" * 32]),
    (replacing(has_file=False), ["the certificate whose key SEPM holds"]),
    (putting_back(), ["recovery_1.zip to s1; its SHA-256 is " + "cd" * 32, "Configuration Wizard on it", "ab" * 32]),
    (putting_back(damaged="ef" * 32), ["keystore_1.jks", "Manage the server certificate", "Do not generate"]),
    (CompareSignedFiles(server=S1), ["On s1", "keystore.jks", "oldest .SIG", "publish again", "oldest_sig="]),
    (ShutHttps(ports=(HttpsPort(server=S1, port=443),)), ["- s1: TCP 443", "netsh", "semwebsrv", "no other port"]),
    (StopServer(server=S1), ["On s1, stop", "net stop semsrv", "every other server", "switched on"]),
    (StartServer(server=S1), ["On s1, start", "net start semsrv", "give the task back"]),
    (OpenHttps(ports=(HttpsPort(server=S1, port=443),)), ["- s1: TCP 443", "delete rule", "a server that is down"]),
    (RefreshImages(groups=("Root\\V",)), ["golden images", "Root\\V"]),
    (StopHandOuts(), ["group policy", "auto-upgrade", "stopped=none", "KIND: NAME", "gpo, sccm, intune"]),
    (
        StartHandOuts(stopped=(HandOut(kind=HandOutKind.SCCM, name="SEP 14.3"),), unstated=True),
        ["Export the Sylink.xml", "- sccm: SEP 14.3", "- whatever else was stopped"],
    ),
    (
        LookAtClients(
            builds=(
                BuildToLookAt(
                    label="14.3, over HTTP",
                    clients=7,
                    client=PC,
                    name="PC-1",
                    path="R\\A",
                    others=(NamedClient(client=PC, name="PC-2", path="R\\B"),),
                ),
            )
        ),
        [
            "- 14.3, over HTTP: PC-1, in R\\A (7 clients)",
            "the first of these that is on: PC-2 in R\\B",
            "SyLink.xml",
            "clients=",
            "--client NAME --sylink FILE",
        ],
    ),
    (DeleteList(list=COPY), ["Delete 'L copy'"]),
]


@pytest.mark.parametrize(("work", "named"), WORKS)
def test_instructions_name_what_to_do_with_what(work, named):
    """Each work is described in the console's words, with every name that a person needs."""
    text = "\n".join(instructions(work))
    assert [words for words in named if words not in text] == []


def test_every_kind_of_work_is_described():
    """A new kind of work without instructions would open an empty task."""
    kinds = get_args(get_args(Work)[0])
    assert {type(work) for work, _ in WORKS} == set(kinds)
