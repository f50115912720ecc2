"""The list of licences: of all that is shipped, and none that is unknown."""

import pytest

from tests.deploy.dockerfile import ROOT
from tests.deploy.licences import ALLOWED, UnknownLicenceError, licence, listed
from tests.deploy.pins import pins

LINES = [line.split(maxsplit=2) for line in (ROOT / "deploy" / "licences.txt").read_text("utf-8").splitlines()]


def test_every_package_that_is_shipped_has_its_licence():
    """The list has the versions of the locks (else: make sbom); only what other systems need may be missing."""
    kept = {name: version for name, version, _ in LINES}
    shipped = {each.name: each for each in pins("postgres")}
    assert {name for name, version in kept.items() if version not in shipped[name].specifier} == set()
    assert {name for name, each in shipped.items() if each.marker is None} <= kept.keys()
    assert {each.name for each in pins("runtime")} <= shipped.keys()


def test_every_licence_may_be_shipped():
    """Each word of each expression."""
    words = {word for _, _, which in LINES for word in which.split()} - {"AND", "OR"}
    assert words <= ALLOWED


@pytest.mark.parametrize(
    "given",
    [
        [],
        [{"license": {"name": "License :: OSI Approved :: BSD License"}}],
        [{"license": {"id": "GPL-3.0-only"}}],
        [{"license": {"id": "MIT"}}, {"license": {"id": "AGPL-3.0-or-later"}}],
        [{"expression": "MIT AND SSPL-1.0"}],
    ],
    ids=["none", "only words", "one that is not allowed", "a second one", "an expression"],
)
def test_what_is_unknown_is_refused(given):
    """The package is named; a person has to read what comes with it."""
    with pytest.raises(UnknownLicenceError, match="new-package"):
        licence({"name": "new-package", "licenses": given})


def test_a_list_names_each_once():
    """By name, in order, with version and licence."""
    bill = {
        "components": [
            {"name": "b_package", "version": "2", "licenses": [{"expression": "MIT OR Apache-2.0"}]},
            {"name": "A", "version": "1", "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "as it is"}}]},
        ]
    }
    assert [line.split(maxsplit=2) for line in listed(bill).splitlines()] == [
        ["a", "1", "MIT"],
        ["b-package", "2", "MIT OR Apache-2.0"],
    ]
