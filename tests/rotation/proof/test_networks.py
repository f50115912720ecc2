"""Canaries that show whether plain HTTP gets through from their networks (rule 24a)."""

import pytest

from rotation.proof.reading import judge_all
from rotation.proof.verdict import ClientEvidence, Reason, Verdict

NEAR, FAR = "10.1.0.0/24", "10.2.0.0/24"


@pytest.mark.parametrize(("tried", "reason"), [(True, Reason.AWAY_CANARY), (False, Reason.NETWORK_UNTRIED)])
def test_a_canary_that_was_away_is_waited_for_where_no_other_tries_its_network(make, tried, reason):
    """The rest of its network follows it: another canary there must have shown that plain HTTP gets through."""
    rule = make.gate_rule(canary=True, networks=frozenset({NEAR, FAR}), changed_from=make.t0)
    away = make.client("away", "G", seen=-600, network=NEAR)
    there = make.client("there", "G", seen=30, network=NEAR if tried else FAR)
    entries = [make.entry(one, id=one.id, name=one.name, network=one.network) for one in (away, there)]
    shown = {there.id: ClientEvidence(client=there.id, covered=True, reason=Reason.SERIAL_CONFIRMED)}
    judged = judge_all(entries, {make.id_of("G"): rule}, shown)
    assert judged[0].reason is reason
    assert (judged[0].verdict is Verdict.WAITING) is not tried
