"""Names that are taken on trust: what the hash of a plan says of them."""

import hashlib

from rotation.plan.trust import digest
from rotation.values import ClientId


def test_the_digest_is_of_ids_and_names_in_the_order_of_the_ids():
    """It is part of an approved plan: another version that computed it otherwise would call every such plan another."""
    names = {ClientId("c2"): "B", ClientId("c1"): "A"}
    assert digest(names) == hashlib.sha256(b'[["c1","A"],["c2","B"]]').hexdigest()
