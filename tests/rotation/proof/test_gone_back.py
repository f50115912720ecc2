"""Policy dates that went back behind the last write: no client can report what its gate waits for."""

from rotation.plan.step import Gate, GatePurpose
from rotation.proof.reading import Seen, gone_back


def test_rule_9_a_policy_date_that_went_back_is_named_where_settings_were_put_back(make):
    """Elsewhere the settings differ, which is named as drift."""
    site = make.site("s1")
    clients = [make.client("c1", "H"), make.client("d1"), make.client("d2")]
    body = make.plan(site, make.group("G"), make.group("H"), clients=clients).body
    g, h = make.id_of("G"), make.id_of("H")
    then, wanted = make.at(minutes=1), make.at(minutes=2)
    seen = Seen(site=site, body=body, swapped=(), references={g: wanted, h: wanted}, published={g: then, h: wanted})
    gates = {step.purpose: step for step in body.steps if isinstance(step, Gate) and not step.over_canaries}
    assert list(gone_back(gates[GatePurpose.RETURNED], seen)) == ["G"]
    assert list(gone_back(gates[GatePurpose.VERIFYING], seen)) == ["G"]
    assert list(gone_back(gates[GatePurpose.RELAXED], seen)) == []
    assert list(gone_back(gates[GatePurpose.RETURNED], seen.model_copy(update={"published": {}}))) == []
