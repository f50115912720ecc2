"""Whether the drill of rule 18 can be had at a site, and what it costs."""

from collections.abc import Iterable, Iterator

from rotation.finding import Finding, blocking, info
from rotation.plan.request import PlanRequest
from rotation.plan.scope import OwnerScope, Treatment
from rotation.plan.work.https_drill import HttpsPort
from rotation.proof.gate import minimum
from rotation.site import Site
from rotation.survey import SiteSurvey
from rotation.text.written_values import span_text

UNFIT = "drill-https-unfit"
_REMEDY = "plan without drill_https; then an operator looks at one client of each build"


def ports_to_shut(
    site: Site, survey: SiteSurvey, scopes: Iterable[OwnerScope], request: PlanRequest
) -> tuple[HttpsPort, ...]:
    """The HTTPS client ports of the servers that answer; none where no drill is wanted, or no group is relaxed."""
    if not request.drill_https or not _relaxed(scopes):
        return ()
    up = survey.presented.keys()
    return tuple(HttpsPort(server=each.name, port=each.https_port) for each in site.servers if each.name in up)


def https_drill(site: Site, scopes: Iterable[OwnerScope], request: PlanRequest, *, first: bool) -> tuple[Finding, ...]:
    """Why there can be no drill; else what it costs.

    Args:
        site: as it is registered.
        scopes: the owners of settings, with their treatment.
        request: what a person wants.
        first: whether this is no amendment: one may have no relaxed group any more, and needs no drill then.
    """
    if not request.drill_https:
        return ()
    scopes = tuple(scopes)
    relaxed = _relaxed(scopes)
    if not relaxed:
        text = "no group is relaxed: it has no client that must come over HTTP"
        return (blocking(UNFIT, site.name, text, "plan without drill_https"),) if first else ()
    if reasons := tuple(_hindrances(site)):
        return reasons
    wait = minimum(relaxed)
    text = (
        f"for {span_text(wait)} at least, and until each client of the relaxed groups has come, the HTTPS client port "
        "of every server is shut: clients of other groups are silent meanwhile, and lose nothing; console and REST go "
        "on"
    )
    return (info("drill-https", site.name, text, "each client of the relaxed groups shows that it holds an HTTP list"),)


def _relaxed(scopes: Iterable[OwnerScope]) -> tuple[OwnerScope, ...]:
    return tuple(owner for owner in scopes if owner.treatment is Treatment.RELAX)


def _hindrances(site: Site) -> Iterator[Finding]:
    if site.at_console is not None:
        text = "without REST the service knows check-ins from exports only, and does not see in time which clients came"
        yield blocking(UNFIT, site.name, text, _REMEDY)
    ports = {each.name: each.https_port for each in site.servers}
    for server in site.servers:
        if server.https_port in {server.console_port, server.rest_port, server.http_port}:
            text = f"the server has its HTTPS client port {server.https_port} also for its console, REST or plain HTTP"
            yield blocking(UNFIT, server.name, text, _REMEDY)
    for known in site.lists:
        entries = ((each.server, each.https_port) for each in known.entries)
        other = sorted({server for server, port in entries if ports.get(server, port) != port})
        if other:
            text = f"the list gives another HTTPS port for {', '.join(other)} than the one that would be shut"
            yield blocking(UNFIT, known.name, text, _REMEDY)
