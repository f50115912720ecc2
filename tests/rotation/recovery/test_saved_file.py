"""The evidence of a saved recovery file, and when it is refused."""

import hashlib

import pytest

from rotation.recovery.saved_file import SavedFile, doubtful, sha256_in
from rotation.values import Fingerprint, ServerName

S1, S2 = ServerName("s1"), ServerName("s2")
SUM, OLD, NEW = "ab" * 32, Fingerprint("01" * 32), Fingerprint("02" * 32)


def code(evidence, *earlier, presents=OLD):
    """The code of the finding against the evidence of the file of s1; None where it is accepted."""
    found = doubtful(S1, evidence, earlier=earlier, presents=presents)
    if found is not None:
        assert (found.subject, bool(found.remedy)) == (S1, True)
    return found.code if found else None


@pytest.mark.parametrize("text", [SUM, SUM.upper(), f" {SUM}\n", ":".join(["ab"] * 32)])
def test_a_sha256_is_taken_as_tools_print_it(text):
    """In capitals, with colons, with blanks around it."""
    assert sha256_in({"sha256": text}) == SUM
    assert code({"sha256": text}) is None


@pytest.mark.parametrize("evidence", [{}, {"sha256": ""}, {"sha256": "ab" * 31}, {"sha256": "xy" * 32}, {"by": "me"}])
def test_evidence_without_a_sha256_is_refused(evidence):
    """Nothing, too little, and what is not hexadecimal."""
    assert code(evidence) == "recovery-sha256-missing"


def test_an_empty_file_is_none():
    """Its SHA-256 is known to everybody."""
    assert code({"sha256": hashlib.sha256(b"").hexdigest()}) == "recovery-file-empty"


def test_it_is_neither_another_servers_file_nor_an_outdated_one():
    """Of an earlier rotation, or of this one. The same file again is right while nothing was replaced."""
    mine, other = SavedFile(server=S1, sha256=Fingerprint(SUM)), SavedFile(server=S2, sha256=Fingerprint(SUM))
    assert code({"sha256": SUM}, mine) is None
    assert code({"sha256": SUM}, mine, other) == "recovery-file-of-another"
    assert code({"sha256": SUM}, mine.model_copy(update={"replaced_since": True})) == "recovery-file-outdated"
    assert code({"sha256": "cd" * 32}, other, mine.model_copy(update={"replaced_since": True})) is None


def test_the_certificate_in_it_decides_where_it_is_given():
    """It is the one that is replaced; then it does not matter that the file was saved from another server."""
    other = SavedFile(server=S2, sha256=Fingerprint(SUM))
    assert code({"sha256": SUM, "certificate_sha256": OLD.upper()}, other) is None
    assert code({"sha256": SUM, "certificate_sha256": NEW}) == "recovery-certificate-another"
    assert code({"sha256": SUM, "certificate_sha256": "no"}) == "recovery-sha256-missing"
    assert code({"sha256": SUM, "certificate_sha256": NEW}, presents=None) is None


def test_a_file_that_was_reported_for_another_server_says_what_helps_in_both_cases():
    """That report may have been wrong: the certificate in this file decides, and the other server needs its own."""
    other = SavedFile(server=S2, sha256=Fingerprint(SUM))
    found = doubtful(S1, {"sha256": SUM}, earlier=[other], presents=OLD)
    assert found is not None
    assert f"was reported as the recovery file of {S2}" in found.message
    assert [part for part in ("if that report was right", "if it was wrong", S2) if part not in found.remedy] == []
    assert doubtful(S1, {"sha256": SUM, "certificate_sha256": OLD}, earlier=[other], presents=OLD) is None
