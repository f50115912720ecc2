"""The first rotation of the README, by the Python client that is generated from the API's description.

`first_rotation.py ADDRESS < document of the site`; the key is in ROTATOR_API_KEY. Prints the end of the rotation.
"""

import json
import os
import sys
import time
from typing import TypeVar

from rotator_client import AuthenticatedClient
from rotator_client.api.certificates import make_self_signed_certificate
from rotator_client.api.plans import make_plan
from rotator_client.api.rotations import list_clients, list_events, show_rotation, start_rotation
from rotator_client.api.sites import register_site, show_site
from rotator_client.models import (
    NewPlanRequest,
    NewPlanRequestCertificates,
    PlanShown,
    Problem,
    RotationRequest,
    RotationStatus,
    SelfSignedDocument,
    SiteDocument,
    SiteShown,
    SurveyGoesOn,
)

_Answer = TypeVar("_Answer")


def good(answer: _Answer | Problem | None) -> _Answer:
    """The answer, which is no refusal."""
    if answer is None or isinstance(answer, Problem):
        sys.exit(f"refused: {answer}")
    return answer


def main() -> None:
    """From the site to the end of its rotation."""
    client = AuthenticatedClient(base_url=sys.argv[1], token=os.environ["ROTATOR_API_KEY"], timeout=120)
    site = good(register_site.sync(client=client, body=SiteDocument.from_dict(json.load(sys.stdin))))
    assert isinstance(site, SiteShown)
    assert good(show_site.sync(site.id, client=client)) == site
    names = SelfSignedDocument(names=["127.0.0.1"])
    certificate = good(make_self_signed_certificate.sync(client=client, body=names)).certificate
    certificates = NewPlanRequestCertificates.from_dict({"*": certificate.id})
    wanted = NewPlanRequest(site_id=site.id, certificates=certificates, trusted_networks=["10.0.0.0/16"])
    plan: PlanShown | SurveyGoesOn = good(make_plan.sync(client=client, body=wanted))
    assert isinstance(plan, PlanShown)
    assert plan.steps
    request = RotationRequest(plan_id=plan.id, plan_hash=plan.hash_, why="it expires in May")
    rotation = good(start_rotation.sync(client=client, body=request, idempotency_key=f"by-{site.id}"))
    while rotation.status is RotationStatus.RUNNING:
        time.sleep(1)
        rotation = good(show_rotation.sync(rotation.id, client=client))
    events = good(list_events.sync(rotation.id, client=client, limit=1000)).items
    clients = good(list_clients.sync(rotation.id, client=client)).items
    ended = {"status": rotation.status, "last": events[-1].kind, "clients": len(clients), "site": site.id}
    sys.stdout.write(json.dumps(ended))


main()
