"""What people say of what else hands out Sylink.xml (rule 26)."""

import json

import pytest

from rotation.plan.work.hand_outs import HandOut, HandOutKind, stopped_by, untold

GPO = HandOut(kind=HandOutKind.GPO, name="SEP at start-up")
PACKAGE = HandOut(kind=HandOutKind.PACKAGE, name="SEP 14.3: all sites")


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("none", ()),
        (" None ", ()),
        ("gpo: SEP at start-up", (GPO,)),
        ("gpo: SEP at start-up; package: SEP 14.3: all sites;", (GPO, PACKAGE)),
        ("GPO:SEP at start-up\ngpo: SEP at start-up", (GPO,)),
        (json.dumps(["gpo: SEP at start-up", "package: SEP 14.3: all sites"]), (GPO, PACKAGE)),
        ("; ".join(f"other: {number}" for number in range(50)), tuple),
    ],
)
def test_it_has_kind_and_name(text, stopped):
    """The evidence is `none`, or each with its kind and name; automation may give a list. Each counts once."""
    found = stopped_by({"stopped": text})
    assert len(found) == 50 if stopped is tuple else found == stopped
    assert untold({"stopped": text}) is None


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ({}, "does not name what was stopped"),
        ({"stopped": " ;\n"}, "does not name what was stopped"),
        ({"stopped": "yes"}, "'yes' is not a kind with a name"),
        ({"stopped": "none; gpo: SEP"}, "'none' is not a kind with a name"),
        ({"stopped": "gpo: "}, "not a kind with a name"),
        ({"stopped": f"gpo: {'x' * 201}"}, "not a kind with a name"),
        ({"stopped": "fax: SEP"}, "not a kind with a name"),
        ({"stopped": "[1]"}, "does not name what was stopped"),
        ({"stopped": "[" * 5000}, "no JSON list"),
        ({"stopped": "; ".join(f"gpo: {number}" for number in range(51))}, "names 51 tools; at most 50"),
    ],
)
def test_evidence_that_says_nothing_is_refused(evidence, why):
    """The operator who says done must name what was stopped: a task that is only ticked off stops nothing."""
    finding = untold(evidence)
    assert finding is not None
    assert (finding.code, finding.subject) == ("hand-outs-not-told", "stopped")
    assert why in finding.message
    assert "state none, or each" in finding.remedy
    assert "auto-upgrade" in finding.remedy


def test_its_text_reads_back():
    """A task that has it started again names it as it was named."""
    assert stopped_by({"stopped": GPO.text}) == (GPO,)
