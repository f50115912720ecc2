"""What the tests of single rules share: a certificate judged, with or without its place."""

from datetime import timedelta

import pytest

from rotation.fitness import PlacedServer, unfit
from rotation.site import ListEntry, Protocol, ServerList
from rotation.survey import ServedCertificate
from rotation.values import ListName, ServerName


@pytest.fixture(scope="session")
def codes(make):
    """Why a certificate does not fit a plan of that many days, with the weight of each reason."""

    def judge(facts, days=90, place=None):
        found = unfit(facts, now=make.t0, needed=timedelta(days=days), place=place)
        return {finding.code: finding.severity for finding in found}

    return judge


@pytest.fixture(scope="session")
def place(make):
    """Server s1, at an address of a list; beside it s2. Keywords give what they present."""

    def at(address="s1.example", *, verifies_ca=False, **presented):
        entry = ListEntry(server=ServerName("s1"), address=address)
        offered = ServerList(
            name=ListName("L"), protocol=Protocol.HTTPS, priorities=((entry,),), verifies_ca=verifies_ca
        )
        site = make.site("s1", "s2").model_copy(update={"lists": (offered,)})
        served = tuple(
            ServedCertificate(server=ServerName(server), fingerprint=fingerprint, named=named, observed_at=make.t0)
            for server, (fingerprint, named) in presented.items()
        )
        return PlacedServer(site=site, server=ServerName("s1"), served=served)

    return at
