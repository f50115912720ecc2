import pytest

from rotation.proof.verdict import ClientEvidence, Judgement, Reason, Verdict
from store.database.page import BadCursor, PageRequest
from store.rotation.rotations import UnknownRotation


def _judgement(client, verdict=Verdict.WAITING, reason=Reason.OLD_POLICY, **evidence):
    return Judgement(client=client, verdict=verdict, reason=reason, evidence=ClientEvidence(client=client, **evidence))


@pytest.fixture
def covered(make):
    """A proven client."""

    def build(client):
        evidence = ClientEvidence(client=client, serial_seen=make.t0, covered=True, reason=Reason.SERIAL_CONFIRMED)
        return Judgement(client=client, verdict=Verdict.COVERED, reason=Reason.SERIAL_CONFIRMED, evidence=evidence)

    return build


async def test_evidence_comes_back(running, make, covered):
    """What was seen of each client is read as it was saved, for its gate only."""
    waiting = _judgement("b", serial_seen=make.at(seconds=1))
    for _ in range(2):
        await running.coverage.save("rot-1", "gate", [covered("a"), waiting], make.t0)
    assert await running.coverage.evidence("rot-1", "gate") == {
        "a": covered("a").evidence,
        "b": waiting.evidence,
    }
    assert await running.coverage.evidence("rot-1", "other") == {}


@pytest.mark.parametrize("reason", [Reason.REFUSING, Reason.BROUGHT_BACK_LATER, Reason.WENT_BACK])
async def test_a_client_that_refuses_its_policy_loses_its_proof(running, make, covered, reason):
    """And what shows it comes back as it was saved (rule 11)."""
    await running.coverage.save("rot-1", "gate", [covered("a")], make.t0)
    shown = {"older_times": 3, "older_seen": make.at(hours=1), "older_serial": make.at(hours=-1)}
    refusing = _judgement("a", reason=reason, **shown)
    await running.coverage.save("rot-1", "gate", [refusing], make.at(hours=2))
    assert await running.coverage.evidence("rot-1", "gate") == {"a": refusing.evidence}
    assert await running.coverage.covered("rot-1", ["gate"]) == frozenset()


async def test_proof_stays_until_the_gate_restarts(running, make, covered):
    """Neither an older reading nor a doubt takes coverage away; restarting the gate does."""
    await running.coverage.save("rot-1", "gate", [covered("a"), _judgement("b")], make.at(hours=2))
    doubts = [_judgement("a"), _judgement("b", reason=Reason.NOT_SEEN)]
    await running.coverage.save("rot-1", "gate", doubts, make.at(hours=1))
    await running.coverage.save("rot-1", "gate", doubts[:1], make.at(hours=3))
    page = await running.coverage.verdicts("rot-1", "gate")
    assert [(one.client, one.verdict, one.reason) for one in page.items] == [
        ("a", Verdict.COVERED, Reason.SERIAL_CONFIRMED),
        ("b", Verdict.WAITING, Reason.OLD_POLICY),
    ]
    await running.coverage.restart("rot-1", "gate")
    assert await running.coverage.evidence("rot-1", "gate") == {}


async def test_verdicts_are_shown_with_names(running, make, covered):
    """Verdicts come page by page with the roster's names, and can be asked for by verdict and reason."""
    await running.roster.update("site-1", make.t0, None, [make.client("a"), make.client("b")])
    await running.coverage.save("rot-1", "gate", [covered("a"), _judgement("b"), _judgement("c")], make.t0)
    first = await running.coverage.verdicts("rot-1", "gate", asked=PageRequest(2))
    rest = await running.coverage.verdicts("rot-1", "gate", asked=PageRequest(2, first.cursor))
    assert [(one.name, one.group_id) for one in (*first.items, *rest.items)] == [
        ("pc-a", "G1"),
        ("pc-b", "G1"),
        ("c", None),
    ]
    assert rest.cursor is None
    waiting = await running.coverage.verdicts("rot-1", "gate", verdict=Verdict.WAITING, reason=Reason.OLD_POLICY)
    assert [one.client for one in waiting.items] == ["b", "c"]
    for gate, cursor in (("gate", "nonsense"), ("another", first.cursor)):
        with pytest.raises(BadCursor):
            await running.coverage.verdicts("rot-1", gate, asked=PageRequest(cursor=cursor))


async def test_covered_in_any_of_the_gates(running, make, covered):
    """A client that was proven in one of several gates counts; without gates no client does."""
    await running.coverage.save("rot-1", "canary", [covered("a"), _judgement("b")], make.t0)
    await running.coverage.save("rot-1", "rest", [covered("c")], make.t0)
    assert await running.coverage.covered("rot-1", ["canary", "rest"]) == {"a", "c"}
    assert await running.coverage.covered("rot-1", []) == frozenset()


async def test_the_latest_gate_is_known(running, make):
    """The gate read last is named; of two read at one time, the one begun later."""
    assert await running.coverage.latest_gate("rot-1") is None
    await running.coverage.save("rot-1", "first", [], make.t0)
    await running.coverage.save("rot-1", "a-second", [], make.t0)
    assert await running.coverage.latest_gate("rot-1") == "a-second"
    await running.coverage.save("rot-1", "first", [], make.at(hours=1))
    assert await running.coverage.latest_gate("rot-1") == "first"
    with pytest.raises(UnknownRotation):
        await running.coverage.save("none", "gate", [], make.t0)


async def test_many_judgements_are_saved_in_chunks(running, make):
    """Thousands of judgements in one reading are all kept."""
    many = [_judgement(f"c{number:05}") for number in range(2300)]
    await running.coverage.save("rot-1", "gate", many, make.t0)
    assert len(await running.coverage.evidence("rot-1", "gate")) == 2300


async def test_a_reading_of_a_clock_that_was_ahead_gives_way(running, make, covered):
    """After a reading that was dated a year ahead, the next one that begins is stored, and its gate is the latest."""
    await running.coverage.save("rot-1", "gate", [_judgement("a")], make.at(days=365))
    await running.coverage.begin_reading("rot-1", "gate", make.at(hours=1))
    await running.coverage.save("rot-1", "gate", [covered("a")], make.at(hours=1))
    assert await running.coverage.covered("rot-1", ["gate"]) == {"a"}
    await running.coverage.begin_reading("rot-1", "next", make.at(hours=2))
    await running.coverage.save("rot-1", "next", [], make.at(hours=2))
    assert await running.coverage.latest_gate("rot-1") == "next"
