"""What a person at the console reads, for each kind of work."""

from typing import get_args

import pytest

from rotation.plan.card.cards import STATED, card_of, instructions
from rotation.plan.card.label import ConsoleLanguage, Label
from rotation.plan.work.client_look import BuildToLookAt, LookAtClients, NamedClient
from rotation.plan.work.hand_outs import HandOut, HandOutKind
from rotation.plan.work.https_drill import HttpsPort, OpenHttps, ShutHttps
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import (
    AssignList,
    CompareSignedFiles,
    CopyList,
    CopyServer,
    DeleteList,
    Evidence,
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
    evidence_for,
)
from rotation.values import ClientId, Fingerprint, GroupId, ListName, LocationId, ServerName, TaskId

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


LISTS = "Policies > Policy Components > Management Server Lists: "
WORKS = [
    (SaveRecoveryFile(server=S1), ["- Server s1", "File recovery_<timestamp>.zip", "Get-FileHash", "--file recovery_"]),
    (PauseReplication(partners=("Linz", "Graz")), ["Break the replication", "partner Linz", "partner Graz"]),
    (ResumeReplication(partners=("Linz",)), ["Restore the replication", "partner Linz"]),
    (
        CopyList(source_list=ListName("L"), copy_list=COPY, servers=(ENTRY,)),
        [
            LISTS,
            "- List L\n",
            "Tasks > Copy the List",
            "Tasks > Paste List",
            "- Name of the copy L copy",
            "Use HTTP protocol: ",
            "Management Servers > Edit > Customize HTTP port: ",
            "- Server s1, Address a.test, Port 8080",
            "OK > OK",
            "list_name=NAME",
        ],
    ),
    (AssignList(list=COPY, pairs=(PAIR,)), [LISTS, "- List L copy", "Assign: ", "- Group Root\\A, Location Office"]),
    (
        SetSecureCommunications(enabled=True, pairs=(PAIR,)),
        [
            "Clients > Policies > General > Security Settings: ",
            "certificates for authentication: Check this",
            "- Group Root\\A, Location Office",
        ],
    ),
    (SetSecureCommunications(enabled=False, pairs=(PAIR,)), ["certificates for authentication: Uncheck this"]),
    (
        ReorderList(list=ListName("L"), order=((ServerName("s2"), ServerName("s3")), (S1,))),
        ["- List L\n", "- Priority 1, Servers s2, s3", "- Priority 2, Servers s1", "Sylink.xml", "--evidence order="],
    ),
    (
        replacing(has_file=True),
        [
            "Claim this task first",
            "Take the file of this task",
            "- File s1.pfx",
            "ab" * 32,
            "Admin > Servers: ",
            "Tasks > Manage the server certificate > Next: ",
            "Update the server certificate > Next (may read differently): ",
            "PKCS12 keystore",
            "every field for a password",
            "restart the services",
        ],
    ),
    (replacing(has_file=False), ["without its key, which SEPM must hold"]),
    (putting_back(), ["- File recovery_1.zip, SHA-256 of the file " + "cd" * 32, "Configuration Wizard: ", "ab" * 32]),
    (putting_back(damaged="ef" * 32), ["keystore_1.jks", "Manage the server certificate", "Do not generate"]),
    (CompareSignedFiles(server=S1), ["- Server s1", "keystore.jks", "oldest .SIG", "publish again", "oldest_sig="]),
    (
        ShutHttps(ports=(HttpsPort(server=S1, port=443),)),
        ["- Server s1, TCP port 443", "netsh", "localport=443", "semwebsrv", "no other port"],
    ),
    (StopServer(server=S1), ["- Server s1", "net stop semsrv", "every other server", "switched on"]),
    (StartServer(server=S1), ["- Server s1", "net start semsrv", "give the task back"]),
    (
        OpenHttps(ports=(HttpsPort(server=S1, port=443),)),
        ["- Server s1, TCP port 443", "delete rule", "a server that is down"],
    ),
    (RefreshImages(groups=("Root\\V",)), ["golden images", "- Group Root\\V"]),
    (StopHandOuts(), ["group policy", "auto-upgrade", "nothing none", "KIND: NAME", "gpo, sccm, intune", "stopped="]),
    (
        StartHandOuts(stopped=(HandOut(kind=HandOutKind.SCCM, name="SEP 14.3"),), unstated=True),
        ["export its Sylink.xml", "- Stopped sccm: SEP 14.3", "Start again what else was stopped"],
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
                    others=tuple(NamedClient(client=PC, name=each, path="R\\B") for each in ("PC-2", "PC-3")),
                ),
            )
        ),
        [
            "- Build 14.3, over HTTP, Number of clients 7, Client PC-1, Group R\\A",
            "- When it is off, one of PC-2, PC-3, Group R\\B",
            "SyLink.xml",
            "--client PC-1 --sylink FILE --age-minutes MINUTES",
        ],
    ),
    (DeleteList(list=COPY), [LISTS, "Delete (may read differently): Select this list, and no other", "- List L copy"]),
]


def text_of(work):
    """The card of a work as a task keeps it."""
    return "\n".join(instructions(work, TaskId("task 1"), evidence_for(work)))


@pytest.mark.parametrize(("work", "named"), WORKS)
def test_instructions_name_what_to_do_with_what(work, named):
    """Each work is described in the console's words, with every name that a person needs."""
    text = text_of(work)
    assert [words for words in named if words not in text] == []


def test_every_kind_of_work_is_described():
    """A new kind of work without instructions would open an empty task."""
    kinds = get_args(get_args(Work)[0])
    assert {type(work) for work, _ in WORKS} == set(kinds)


@pytest.mark.parametrize("work", [work for work, _ in WORKS], ids=lambda work: work.kind)
def test_a_card_tells_what_is_checked_and_what_follows_when_it_is_late(work):
    """Both are of this work; the command that reports it has the id of the task, quoted for a shell."""
    card = card_of(work, evidence_for(work))
    assert card.acts
    assert {card.checked.english, card.late.english} <= set(text_of(work).split("\n"))
    assert "rotator tasks done 'task 1'" in text_of(work)


def test_without_rest_an_operator_attests():
    """A setting that the service cannot read is not promised to close by itself."""
    work = AssignList(list=COPY, pairs=(PAIR,))
    assert card_of(work, Evidence.ATTESTED).checked == STATED
    assert "closes by itself" in card_of(work, Evidence.OBSERVED).checked.english


def test_no_command_is_evidence_as_it_stands():
    """What the operator has to see stands in capitals: a command that is copied whole is refused."""
    copied = text_of(WORKS[3][0]).split("\n")[-1]
    assert copied.endswith(
        "--evidence list_name=NAME --evidence protocol=PROTOCOL --evidence ports='SERVER=PORT, SERVER=PORT'"
    )


@pytest.mark.parametrize(
    ("version", "language", "documented"),
    [
        ("14.3.9816.7000", ConsoleLanguage.ENGLISH, True),
        ("12.1.7004.6500", ConsoleLanguage.ENGLISH, False),
        ("15.0.1", ConsoleLanguage.ENGLISH, False),
        ("", ConsoleLanguage.ENGLISH, True),
        ("14.3.9816.7000", ConsoleLanguage.CZECH, False),
    ],
)
def test_a_label_without_a_source_is_a_guess(version, language, documented):
    """A source is about some versions, and about one language."""
    label = Label(english="Copy the List", czech="Kopie", english_source="T1", majors=(14,))
    assert label.is_documented(language, version) == documented
    assert label.text(language) == ("Kopie" if language is ConsoleLanguage.CZECH else "Copy the List")
