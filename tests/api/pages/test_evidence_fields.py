"""The fields of a task's form: each kind of work, and what the service makes of them."""

import pytest

from api.http.problems import refused
from api.pages.evidence_fields import clients_of, evidence_of, fields, fields_of_refusals
from api.pages.frame.refused_form import refused_form
from rotation.finding import blocking
from rotation.plan.card.report import report_command
from rotation.plan.work.attestation import untrue
from rotation.plan.work.client_look import BuildToLookAt, LookAtClients, NamedClient
from rotation.plan.work.copied import ports_text
from rotation.plan.work.hand_outs import HandOut, HandOutKind
from rotation.plan.work.stated_work import ORIGINALS_SHA256, unstated
from rotation.plan.work.task import (
    AssignList,
    CompareSignedFiles,
    CopyList,
    CopyServer,
    RefreshImages,
    SaveRecoveryFile,
    SetSecureCommunications,
    StartHandOuts,
    StopHandOuts,
)
from rotation.values import ClientId, ListName, ServerName, TaskId

S1, S2 = ServerName("s1"), ServerName("s2")
COPY = CopyList(
    source_list=ListName("Default"),
    copy_list=ListName("Default HTTP"),
    servers=(CopyServer(server=ServerName("s1"), address="s1.test", http_port=8014),),
)


def test_the_fields_of_a_copy_are_what_is_compared():
    """Filled in as the task asks, nothing speaks against it; with another port something does."""
    sent = {"list_name": "Default HTTP", "protocol": "HTTP", "ports": ports_text(COPY)}
    assert {each.name for each in fields(COPY)} == {*sent, "sylink"}
    assert untrue(COPY, _texts(evidence_of(sent, COPY)), withdrawing=False) is None
    assert untrue(COPY, _texts(evidence_of(sent | {"ports": "80"}, COPY)), withdrawing=False) is not None
    assert evidence_of(sent | {"other": "x", "note": "n", "request_id": "r"}, COPY) == sent


def test_what_was_stopped_is_asked_for():
    """The one field of it is the one that is compared."""
    (field,) = fields(StopHandOuts())
    assert field.required
    assert untrue(StopHandOuts(), _texts(evidence_of({field.name: "none"}, StopHandOuts())), withdrawing=False) is None


def test_policy_serials_are_asked_for_without_rest_alone():
    """Over REST the service reads the settings, and the form asks for nothing."""
    for work in (AssignList(pairs=(), list=ListName("L")), SetSecureCommunications(pairs=(), enabled=False)):
        assert [each.name for each in fields(work)] == ["serials_before", "serials"]
        assert fields(work, over_rest=True) == ()


def test_work_that_shows_nowhere_is_to_be_stated():
    """The one field of images, and of what is started again, is required, and is the one that the service asks for."""
    stopped = HandOut(kind=HandOutKind.GPO, name="Script")
    for work, text in ((RefreshImages(groups=("Root\\VDI",)), "VDI"), (StartHandOuts(stopped=(stopped,)), "Script")):
        (field,) = fields(work)
        assert field.required
        assert unstated(work, _texts(evidence_of({}, work))) is not None
        assert unstated(work, _texts(evidence_of({field.name: text}, work))) is None
        assert f"{field.name}=" in report_command(work, TaskId("t"))


def test_what_was_stopped_may_be_stated_with_the_first_recovery_file():
    """Left empty, a task of its own asks for it; filled in, it is compared as that one is."""
    first = SaveRecoveryFile(server=ServerName("s1"), asks_hand_outs=True)
    field = fields(first)[-1]
    assert (field.name, field.required) == ("stopped", False)
    assert field.name not in {each.name for each in fields(SaveRecoveryFile(server=ServerName("s1")))}
    file = {"filename": "recovery.zip", "sha256": "0" * 64}
    for stopped, is_refused in (("", False), ("none", False), ("gpo: Script", False), ("whatever", True)):
        evidence = _texts(evidence_of(file | {"stopped": stopped}, first))
        assert (untrue(first, evidence, withdrawing=False) is not None) == is_refused, stopped


def test_the_file_of_original_settings_is_asked_for_in_one_task():
    """The first recovery file's; with another one it is taken, and not asked for."""
    work = SaveRecoveryFile(server=S2)
    asked = [[each.name for each in fields(work, saves_originals=saves)] for saves in (True, False)]
    assert [ORIGINALS_SHA256 in names for names in asked] == [True, False]
    assert evidence_of({ORIGINALS_SHA256: "ab"}, work) == {ORIGINALS_SHA256: "ab"}


def test_dates_of_several_servers_have_fields_of_their_own():
    """One server needs no name in its fields; the instructions ask for the same names."""
    one, both = CompareSignedFiles(server=S2), CompareSignedFiles(server=S2, others=(S1,))
    assert [each.name for each in fields(one)] == ["certificate", "oldest_sig"]
    names = ["certificate.s1", "oldest_sig.s1", "certificate.s2", "oldest_sig.s2"]
    assert [each.name for each in fields(both)] == names
    assert [each.name for each in fields(LookAtClients(compares=(S1, S2)))] == names
    assert fields(LookAtClients()) == ()
    for work in (one, both, LookAtClients(compares=(S1, S2))):
        assert all(f"{each.name}=" in report_command(work, TaskId("t")) for each in fields(work))


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (blocking("signed-files-not-told", "oldest_sig.s1", "no date"), "oldest_sig.s1"),
        (blocking("signed-files-not-told", "certificate.s1", "no date"), "certificate.s1"),
        (blocking("signed-files-stale", "s1", "older"), "oldest_sig.s1"),
        (blocking("signed-files-of-another", "s1", "older"), "certificate.s1"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.code,
)
def test_a_refused_date_is_marked_at_its_own_field(found, field):
    """The time of a .SIG file at that file, and not at the keystore beside it."""
    work = CompareSignedFiles(server=S2, others=(S1,))
    names = {each.name for each in fields(work)}
    shown = refused_form(refused("evidence-refused", [found]), names, fields_of_refusals(work))
    assert (shown.by_field, shown.others) == ({field: (found,)}, ())


def test_one_client_of_each_build():
    """Each that was looked at gives an object with its own file; one without a file is left out."""
    named = NamedClient(client=ClientId("c1"), name="pc-1", path="My Company")
    build = BuildToLookAt.model_validate({"label": "14.3", "clients": 3, "others": (), **named.model_dump()})
    work = LookAtClients(builds=(build, build))
    assert clients_of(work) == (("14.3", "pc-1"),) * 2
    sent = {"client-0": "pc-1", "sylink-0": "<x/>", "client-1": "pc-2"}
    assert evidence_of(sent | {"age-0": " "}, work) == {"clients": [{"client": "pc-1", "sylink": "<x/>"}]}
    aged = {"client": "pc-1", "sylink": "<x/>", "age_minutes": "90"}
    assert evidence_of(sent | {"age-0": "90", "age-1": "5"}, work) == {"clients": [aged]}


def _texts(evidence):
    return {name: value for name, value in evidence.items() if isinstance(value, str)}


def test_the_command_of_a_copy_names_its_fields():
    """The card's form and its command line ask for the same evidence."""
    command = report_command(COPY, TaskId("t"))
    assert all(f"{each.name}=" in command for each in fields(COPY) if each.name != "sylink")
