"""SQL Server's certificate of the default database: the plan names it where it may concern the site."""

import pytest

from rotation.site import DatabaseKind


@pytest.fixture
def findings(make):
    """The findings on the database of a plan's site, by code."""

    def findings(database, *servers, version="14.3.9816.7000"):
        plan = make.plan(make.site(*servers or ("s1",), database=database), make.group("G"), version=version)
        return {found.code: found for found in plan.findings if found.code.startswith("database")}

    return findings


@pytest.mark.parametrize("version", ["14.3.9816.7000", "14.4.1", "15.0", "not told"])
def test_the_default_database_has_its_own_certificate(findings, version):
    """The wizard comes after the swap, without the recovery file."""
    found = findings(DatabaseKind.DEFAULT, version=version)
    assert set(found) == {"database-certificate"}
    assert "without the recovery file" in found["database-certificate"].remedy


def test_several_servers_cannot_have_the_default_database(findings):
    """What was stated is contradicted, and both ways to go on are named."""
    found = findings(DatabaseKind.DEFAULT, "s1", "s2")
    assert set(found) == {"database-certificate"}
    assert "has several servers, which cannot share that one" in found["database-certificate"].message
    assert found["database-certificate"].remedy.startswith("state “a Microsoft SQL Server of the company” on the page")
    assert "without the recovery file" in found["database-certificate"].remedy


@pytest.mark.parametrize("database", list(DatabaseKind))
@pytest.mark.parametrize("version", ["14.2.5569.2100", "12.1.7004"])
def test_before_14_3_it_had_none(findings, database, version):
    """A plan for an older SEPM has no such finding."""
    assert findings(database, version=version) == {}


def test_an_own_database_is_none_of_ours(findings):
    """The company's SQL Server has whatever certificate it has."""
    assert findings(DatabaseKind.OWN) == {}


def test_an_unknown_database_is_asked_about(findings):
    """A warning that asks, and says what to do if it is the default one; several servers cannot share that one."""
    found = findings(DatabaseKind.UNKNOWN)
    assert set(found) == {"database-unknown"}
    assert "at its limits (PUT /v1/sites/site/database, default or own)" in found["database-unknown"].remedy
    assert findings(DatabaseKind.UNKNOWN, "s1", "s2") == {}
