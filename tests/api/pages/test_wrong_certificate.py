"""A certificate that no step put into a server, on the task of a replacement."""

from dataclasses import replace

import pytest

from api.pages.wrong_certificate import wrong_certificate
from rotation.drift.presented import THIRD
from rotation.plan.work.task import ReplaceCertificate
from rotation.running.attention import DRIFT, TASK_WRONG, Attention
from rotation.running.message import Move
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint
from tests.api.pages.test_seen_now import SeenPort
from texts.catalogue import translator
from texts.language import Language

ENGLISH = translator(Language.ENGLISH)
OLD = Fingerprint("cd" * 32)


@pytest.fixture
def shown(unconnected, make):
    """What is shown of these codes of attention about the last server, which presents OLD now, or nothing."""
    site = make.site()
    due, other = (each.name for each in site.servers)

    async def shown(*codes, presents=OLD):
        served = ServedCertificate(server=other, fingerprint=presents, observed_at=make.at(minutes=9))
        asks = {DRIFT: (Move.RETRY,)}
        attention = [
            Attention(code=code, subject=other, message="wrong", options=asks.get(code, ()), raised_at=make.t0)
            for code in codes
        ]
        return await wrong_certificate(
            replace(unconnected, probe=SeenPort(served)),
            site,
            ReplaceCertificate(server=due, fingerprint_sha256=Fingerprint("ab" * 32), has_file=True),
            [each.finding() for each in attention],
            attention=attention,
            version="14.3",
            by=ENGLISH,
        )

    return shown


async def test_an_alarm_is_shown_with_its_time_and_with_what_is_presented_now(shown, make):
    """So that an operator who has put it right sees that the alarm is older than that."""
    found = await shown(THIRD, DRIFT)
    assert (found.found_at, found.is_asked) == (make.t0, True)
    (now,) = found.presented
    assert f"presents SHA-256 {OLD} now (read at {make.at(minutes=9)})" in now.english
    ((server, acts),) = found.back
    assert server == "sepm2"
    assert acts
    (silent,) = (await shown(THIRD, presents=None)).presented
    assert "does not answer at its HTTPS client port" in silent.english


async def test_a_known_certificate_takes_the_place_of_the_alarm(shown):
    """No other try is named where the rotation asks nothing, and nothing is shown where nothing is wrong."""
    found = await shown(THIRD, TASK_WRONG)
    assert ([each.code for each in found.found], found.is_asked) == ([TASK_WRONG], False)
    assert await shown(DRIFT) is None
