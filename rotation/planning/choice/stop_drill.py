"""At which servers the drill with stopped services can be had, and what it costs (rules 18 and 21)."""

from collections.abc import Iterable, Iterator

from rotation.finding import Finding, blocking, info, warning
from rotation.plan.request import PlanRequest
from rotation.plan.scope import OwnerScope, Treatment
from rotation.proof.gate import minimum
from rotation.site import Site
from rotation.survey import SiteSurvey
from rotation.text.written_values import span_text
from rotation.values import ServerName

UNFIT = "drill-stop-unfit"
_REMEDY = "plan without drill_stop"


def servers_to_stop(
    site: Site,
    survey: SiteSurvey,
    scopes: Iterable[OwnerScope],
    request: PlanRequest,
    rest_at: Iterable[ServerName],
) -> tuple[ServerName, ...]:
    """The servers that are stopped before their replacement: those that answer, but for the one that REST needs.

    None where one does not answer: its clients need the others, and a recheck plans the rest again when it is back.
    """
    here = tuple(rest_at)
    silent = any(seen.fingerprint is None for seen in survey.served)
    if not request.drill_stop or not _failover(scopes) or silent or len(site.servers) == 1:
        return ()
    names = (server.name for server in site.servers if server.name in request.certificates)
    return tuple(name for name in names if name not in here)


def stop_drill(
    site: Site,
    survey: SiteSurvey,
    scopes: Iterable[OwnerScope],
    request: PlanRequest,
    rest_at: Iterable[ServerName],
    *,
    first: bool,
) -> tuple[Finding, ...]:
    """Why there can be no drill; else what it costs, and at which server it is left out.

    Args:
        site: as it is registered.
        survey: what every server presents.
        scopes: the owners of settings, with their treatment.
        request: what a person wants.
        rest_at: the servers that may answer at the site's REST address.
        first: whether this is no amendment: one may have no server any more for which there can be a drill.
    """
    if not request.drill_stop:
        return ()
    scopes, rest_at = tuple(scopes), tuple(rest_at)
    if first and (reasons := tuple(_hindrances(site, survey, scopes, rest_at))):
        return reasons
    servers = servers_to_stop(site, survey, scopes, request, rest_at)
    if not servers:
        text = "no server can be stopped: REST answers at the only one whose certificate is replaced"
        return (blocking(UNFIT, site.name, text, _REMEDY),) if first else ()
    return tuple(_costs(site, scopes, request, servers))


def _costs(
    site: Site, scopes: Iterable[OwnerScope], request: PlanRequest, servers: tuple[ServerName, ...]
) -> Iterator[Finding]:
    lasting = minimum(_failover(scopes))
    text = (
        f"before each of {', '.join(servers)} is replaced, its services are stopped for {span_text(lasting)} at least, "
        "and until each client that fails over and was there has come to another server: the others carry its load, "
        "and consoles at it are off"
    )
    then = "each client shows that it finds another server at the location where it is"
    yield info("drill-stop", site.name, text, then)
    for server in sorted(set(request.certificates) - set(servers)):
        text = "the server's services are not stopped, since REST answers there; its clients show no other server"
        yield warning("drill-stop-without", server, text, "register the REST address of another server for more")


def _failover(scopes: Iterable[OwnerScope]) -> tuple[OwnerScope, ...]:
    return tuple(owner for owner in scopes if owner.treatment is Treatment.FAILOVER)


def _hindrances(
    site: Site, survey: SiteSurvey, scopes: tuple[OwnerScope, ...], rest_at: tuple[ServerName, ...]
) -> Iterator[Finding]:
    if site.at_console is not None:
        text = "without REST the service knows check-ins from exports only, and does not see in time which clients came"
        yield blocking(UNFIT, site.name, text, _REMEDY)
    elif len(site.servers) > 1 and len(rest_at) > 1:
        text = (
            "the REST address belongs to no single server, so the service does not know which one must not be stopped"
        )
        yield blocking(UNFIT, site.name, text, f"register REST at the address of one server, or {_REMEDY}")
    if not _failover(scopes):
        yield blocking(UNFIT, site.name, "no group is left to fail over", _REMEDY)
    if len(site.servers) == 1:
        yield blocking(UNFIT, site.name, "there is no other server that clients could go to", _REMEDY)
    for seen in survey.served:
        if seen.fingerprint is None:
            yield blocking(
                UNFIT,
                seen.server,
                "the server does not answer, and clients need every other server",
                "start the server",
            )
