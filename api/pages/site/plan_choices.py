"""What a person chooses for a plan: the fields of the form, and the request that the API takes."""

from collections.abc import Iterable, Mapping

from api.http.invalid import checked
from api.plan.plan_document import NewPlanRequest
from rotation.plan.request import Unproven
from rotation.site import Server, Site
from rotation.text.sentence import Sentence, sentence
from rotation.values import Value

CERTIFICATE, HOLDOUT = "certificate-", "holdout-"
"""What begins the fields of a server: its certificate, and whether it is a holdout."""
EVERY_SERVER, UNPROVEN, NETWORKS, RECENT = "certificate-*", "unproven_failover", "trusted_networks", "recent"
KEPT = "keep-present"
"""The choice of a server that keeps its present certificate, whatever is chosen for all servers."""
_SURVEYED_WITHIN = "PT1H"
"""A survey that took longer than a request waits is used for the plan that is asked for again."""
ELSEWHERE = {
    "certificates": EVERY_SERVER,
    "nothing-to-do": EVERY_SERVER,
    "unknown-certificate": EVERY_SERVER,
    "http-unshown": NETWORKS,
    "http-shut": "leave_out_http",
    "drill-https-unfit": "drill_https",
    "drill-stop-unfit": "drill_stop",
}
"""Where a refusal is shown whose subject is no field."""


class PlanChoice(Value):
    """A yes or no of a plan, and its effect."""

    name: str
    label: Sentence
    effect: Sentence


UNPROVEN_EFFECTS: dict[Unproven, Sentence] = {
    Unproven.RELAX: sentence("relax them: they do not verify the server while certificates are replaced"),
    Unproven.DRILL: sentence("have a drill show it before the first certificate"),
    Unproven.APPROVE: sentence("take it for true: the plan names these clients, and they may be lost"),
}
CHOICES = (
    PlanChoice(
        name="leave_out_away",
        label=sentence("Leave out clients that are away"),
        effect=sentence("The plan names the clients beyond the away limit. They may be lost."),
    ),
    PlanChoice(
        name="leave_out_http",
        label=sentence("Leave out clients that plain HTTP does not reach"),
        effect=sentence("The plan names the clients that were shown not to get through. They may be lost."),
    ),
    PlanChoice(
        name="keep_relaxed",
        label=sentence("Keep groups relaxed until the last certificate is replaced"),
        effect=sentence("It takes fewer steps; secure communications are off for longer."),
    ),
    PlanChoice(
        name="drill_https",
        label=sentence("Drill: shut HTTPS"),
        effect=sentence(
            "An operator shuts the HTTPS client port of every server for three heartbeats, and clients of relaxed "
            "groups show that they come over HTTP."
        ),
    ),
    PlanChoice(
        name="drill_stop",
        label=sentence("Drill: stop each server"),
        effect=sentence(
            "Before each replacement an operator stops the services of that server for three heartbeats, and its "
            "clients show that they find another one."
        ),
    ),
)


def fields_of(servers: Iterable[Server]) -> frozenset[str]:
    """The names of the form's fields."""
    own = {f"{begins}{server.name}" for server in servers for begins in (CERTIFICATE, HOLDOUT)}
    return frozenset({EVERY_SERVER, UNPROVEN, NETWORKS, *(each.name for each in CHOICES), *own})


def request_of(sent: Mapping[str, str], site: Site) -> NewPlanRequest:
    """The request that the API takes.

    Raises:
        ProblemError: 422, with every field that is wrong.
    """
    networks = sent.get(NETWORKS, "").replace(",", " ").split()
    request = {
        "site_id": site.id,
        "certificates": _certificates(sent, site),
        "holdout": tuple(_of_servers(sent, HOLDOUT)),
        "trusted_networks": networks,
        "survey_max_age": _SURVEYED_WITHIN if RECENT in sent else "PT0S",
        **({UNPROVEN: sent[UNPROVEN]} if UNPROVEN in sent else {}),
        **{each.name: True for each in CHOICES if each.name in sent},
    }
    with checked():
        return NewPlanRequest.model_validate(request)


def _certificates(sent: Mapping[str, str], site: Site) -> dict[str, str]:
    """The choice for all servers stands for those with none of their own; one that keeps its certificate has none."""
    chosen = _of_servers(sent, CERTIFICATE)
    if KEPT not in chosen.values():
        return chosen
    everywhere = chosen.pop(EVERY_SERVER.removeprefix(CERTIFICATE), KEPT)
    every = {**{str(server.name): everywhere for server in site.servers}, **chosen}
    return {server: certificate for server, certificate in every.items() if certificate != KEPT}


def _of_servers(sent: Mapping[str, str], begins: str) -> dict[str, str]:
    return {name.removeprefix(begins): value for name, value in sent.items() if name.startswith(begins)}
