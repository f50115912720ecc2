"""What closes a console task."""

import pytest

from rotation.plan.work.task import (
    AssignList,
    CompareSignedFiles,
    CopyList,
    DeleteList,
    Evidence,
    PauseReplication,
    PutCertificateBack,
    RefreshImages,
    ReplaceCertificate,
    ResumeReplication,
    SaveRecoveryFile,
    SetSecureCommunications,
    evidence_for,
)
from rotation.values import Fingerprint, ListName, ServerName

S1, L, M = ServerName("s1"), ListName("L"), ListName("M")


@pytest.mark.parametrize(
    "work",
    [
        ReplaceCertificate(server=S1, fingerprint_sha256=Fingerprint("ab"), has_file=True),
        PutCertificateBack(
            server=S1, fingerprint_sha256=Fingerprint("ab"), recovery_file="z", recovery_sha256=Fingerprint("cd")
        ),
        PauseReplication(partners=()),
        ResumeReplication(partners=()),
        AssignList(list=L, pairs=()),
        SetSecureCommunications(enabled=True, pairs=()),
    ],
)
def test_what_can_be_read_is_observed(work):
    """No statement closes what the service can see for itself, above all a replaced certificate."""
    assert evidence_for(work) is Evidence.OBSERVED


@pytest.mark.parametrize(
    "work",
    [
        SaveRecoveryFile(server=S1),
        CopyList(source_list=L, copy_list=M, servers=()),
        CompareSignedFiles(server=S1),
        RefreshImages(groups=()),
        DeleteList(list=M),
    ],
)
def test_what_cannot_be_read_is_attested(work):
    """Only a person can say it."""
    assert evidence_for(work) is Evidence.ATTESTED
