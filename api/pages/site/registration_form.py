"""The form that registers a site: its fields are the paths of the API's document."""

import re
from collections.abc import Mapping

from pydantic import ValidationError

from api.http.invalid import checked
from api.pages.site.limit_fields import LIMIT_FIELDS, limits_of
from api.site.site_document import SiteDocument
from rotation.site import Limits

PASSWORD, TRUST = "password", "trust.fingerprint_sha256"
LISTS = tuple(f"sylinks.{place}" for place in range(4))
"""Fields of exported Sylink.xml files; groups of one list export the same."""
MOST_SERVERS = 20
ROWS = "rows"
"""The field with the number of rows."""
_COUNT = re.compile(r"\d{1,3}", re.ASCII)
PLAIN = ("name", "rest_url", "username", "domain", "database")
OF_SERVER = ("name", "address", "https_port", "http_port")
ELSEWHERE = {
    "url": "rest_url",
    "fingerprints": TRUST,
    "servers": "servers.0.name",
    "site-exists": "name",
    "invalid-name": "name",
    "sepm-unreachable": "rest_url",
    "sepm-credentials": PASSWORD,
    "sepm-not-permitted": "username",
    "sepm-untrusted": TRUST,
    "sylink-unreadable": LISTS[0],
    "holdout_minimum is longer than holdout_maximum": "limits.holdout_minimum",
}
"""Where a refusal is shown whose subject is no field."""
_PLACE = re.compile(r"servers\.(\d{1,3})\.(\w+)")


def server_rows(sent: Mapping[str, str]) -> tuple[dict[str, str], ...]:
    """The servers of a form, in their order; a row without name and address is none."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in sent.items():
        if (found := _PLACE.fullmatch(name)) is not None and found[2] in OF_SERVER:
            rows.setdefault(int(found[1]), {})[found[2]] = value
    filled = (row for _, row in sorted(rows.items()) if row.keys() & {"name", "address"})
    return tuple(filled)[:MOST_SERVERS]


def rows_of(sent: Mapping[str, str]) -> int:
    """How many rows a form has: as many as it has shown, and as many as are filled."""
    shown = sent.get(ROWS, "")
    return max(1, len(server_rows(sent)), min(int(shown), MOST_SERVERS) if _COUNT.fullmatch(shown) else 0)


def fields_of(rows: int) -> frozenset[str]:
    """The names of the fields of a form with so many servers."""
    servers = {f"servers.{place}.{name}" for place in range(rows) for name in OF_SERVER}
    return frozenset({*PLAIN, PASSWORD, TRUST, *LISTS, *servers, *(each.name for each in LIMIT_FIELDS)})


def shown_again(sent: Mapping[str, str]) -> dict[str, str]:
    """What a form that was refused shows again: neither its password nor its files."""
    servers = {f"servers.{place}.{name}": row[name] for place, row in enumerate(server_rows(sent)) for name in row}
    kept = {name: sent[name] for name in sent if name in PLAIN or name.startswith("limits.")}
    return kept | servers


def asked_limits(sent: Mapping[str, str]) -> Limits | None:
    """The limits that the form has; None where one of them is no limit."""
    try:
        return Limits.model_validate(limits_of(sent))
    except ValidationError:
        return None


def document_of(sent: Mapping[str, str]) -> SiteDocument:
    """The document that the API takes.

    Raises:
        ProblemError: 422, with every field that is wrong.
    """
    given = {name: sent[name] for name in PLAIN if name in sent}
    trust = {"fingerprint_sha256": sent[TRUST]} if TRUST in sent else None
    document = {
        **given,
        PASSWORD: sent.get(PASSWORD, ""),
        "trust": trust,
        "servers": server_rows(sent),
        "limits": limits_of(sent),
        "sylinks": tuple(sent[name] for name in LISTS if name in sent),
    }
    with checked():
        return SiteDocument.model_validate(document)
