"""A good request for every operation of the API that is not asked for by its path alone."""

import base64
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[1] / "certificates" / "corpus" / "made_by_openssl"
_WHY = {"why": "the old one ends in May"}
_LIST = {
    "name": "Default",
    "protocol": "HTTPS",
    "priorities": [[{"server": "sepm1", "address": "sepm1.test", "https_port": 443, "http_port": 8014}]],
    "verifies_ca": False,
}
_SYLINK = (
    '<?xml version="1.0"?><ServerSettings><CommConf><ServerList Name="Other"><ServerPriorityBlock Name="Priority1">'
    '<Server Address="sepm1.test" HttpsPort="443" VerifySignatures="1"/></ServerPriorityBlock></ServerList></CommConf>'
    "</ServerSettings>"
)
_LISTS = {"lists": [_LIST], "sylinks": [_SYLINK]}
_LIMITS = {
    "relax_floor": "PT24H",
    "away_limit": "P30D",
    "holdout_minimum": "P30D",
    "holdout_maximum": "P90D",
    "publish_delay": "PT2M",
    "purge_after": None,
    "gate_patience": "P14D",
}
_ACCESS = {
    "rest_url": "https://127.0.0.1:8446",
    "username": "admin",
    "password": "open sesame",
    "domain": "",
    "trust": {"fingerprint_sha256": "aa" * 32},
}
_SITE = {
    "name": "Brno",
    **_ACCESS,
    "servers": [{"name": "sepm1", "address": "127.0.0.1", "https_port": 443, "console_port": None}],
    "limits": _LIMITS,
    "database": "default",
    **_LISTS,
}
_FILE = {"file_base64": base64.b64encode((CORPUS / "rsa-3072.pem").read_bytes()).decode(), "password": "open sesame"}
_MOVE = {**_WHY, "by": "P7D", "question": "0f" * 6}
_PAYLOADS = {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "MQ=="}]}
_SELF = {"names": ["127.0.0.1", "*.sepm.example"], "days": 90, "site": "{site_id}"}
_PIN = {**_WHY, "fingerprint_sha256": "bb" * 32}

_CHANNEL = {
    "settings": {
        "name": "tickets",
        "target": {"kind": "webhook", "url": "https://8.8.8.8/hook"},
        "language": "cs",
        "sites": ["{site_id}"],
        "kinds": ["attention", "gate-late"],
        "identity": "Ann",
        "digest": "PT1H",
        "quiet": {"begins": "20:00", "ends": "07:00", "zone": "Europe/Prague", "weekends": True},
        "escalates_after": "PT4H",
    },
    "secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}

_GROUP = {
    "name": "Default",
    "server_list": "Default",
    "secure_communications": True,
    "heartbeat": "PT5M",
    "jitter": "PT1M",
}
_CONSOLE = {
    "version": "12.1.7004.6500",
    "recorded_at": "2026-03-01T08:00:00Z",
    "groups": [
        {"path": "My Company", "policy_serial": "F99A-11/20/2025 08:00:00 000", "locations": [_GROUP]},
        {"path": "My Company\\Sales", "inherits": True},
    ],
    "replication_partners": ["Vienna"],
    "images": ["VDI-*"],
}
AT_CONSOLE = {"access": "console", "name": "At console", "servers": _SITE["servers"], **_CONSOLE, **_LISTS}
"""The document of a site without REST."""

BODIES: dict[str, Any] = {
    "POST /v1/sites": _SITE,
    "PUT /v1/sites/{site_id}/access": _ACCESS | _WHY,
    "PUT /v1/sites/{site_id}/lists": _LISTS | _WHY,
    "PUT /v1/sites/{site_id}/console": _CONSOLE | _WHY,
    "PUT /v1/sites/{site_id}/clients": "Computer Name,Group,Last time status changed,Version\r\n"
    "PC-1,My Company,2026-03-01T07:59:00Z,12.1.7004.6500\r\n",
    "POST /v1/sites/{site_id}/http-reach": "client,address,prefix,server,host,port,result,time\r\n"
    "PC-1,10.1.2.3,24,sepm1,sepm1.test,8014,ok,2026-02-28T20:00:00Z\r\n",
    "PUT /v1/sites/{site_id}/database": {"database": "own", **_WHY},
    "PUT /v1/sites/{site_id}/limits": _LIMITS | _WHY,
    "PATCH /v1/sites/{site_id}/limits": {"gate_patience": "P21D", **_WHY},
    "PATCH /v1/sites/{site_id}": {"name": "Brno 1", **_WHY},
    "POST /v1/sites/{site_id}/rename": {"name": "Brno 1", **_WHY},
    "POST /v1/sites/{site_id}/archive": {"accept_left_changed": True, **_WHY},
    "POST /v1/sites/{site_id}/take-back": _WHY,
    "POST /v1/sites/{site_id}/restore": {
        **_WHY,
        "survey_max_age": "PT1H",
        "originals": "{}",
        "accept_differences": True,
    },
    "POST /v1/sites/{site_id}/recovery-plans": {"files": {}, "held": {"sepm1": "aa" * 32}},
    "POST /v1/sites/{site_id}/trust/pin": _PIN,
    "POST /v1/sites/{site_id}/trust/drop": _PIN,
    "POST /v1/certificates/requests": {"names": ["sepm.example"], "subject": "CN=sepm.example,O=E,C=AT"},
    "POST /v1/certificates/requests/{request_id}/orders": {"again": True},
    "POST /v1/certificates": _FILE,
    "POST /v1/certificates/check": _FILE | {"site": "{site_id}", "server": "sepm1", "days": 30},
    "POST /v1/certificates/self-signed": _SELF,
    "POST /v1/certificates/{certificate_id}/keystores": {"format": "jks"},
    "POST /v1/certificates/{certificate_id}/destroy-key": _PIN,
    "POST /v1/plans": {
        "site_id": "{site_id}",
        "certificates": {"*": "{certificate_id}", "sepm1": "{certificate_id}"},
        "unproven_failover": "drill",
        "unproven_by_group": {"My Company": "relax"},
        "holdout": ["sepm1"],
        "keep_relaxed": True,
        "drill_https": False,
        "drill_stop": False,
        "leave_out_away": False,
        "trusted_networks": ["10.0.0.0/16", "unknown"],
        "leave_out_http": False,
        "survey_max_age": "PT1H",
    },
    "POST /v1/plans/{plan_id}/simulations": {"runs": 1, "seed": 7, "clients": 20},
    "POST /v1/rotations": {"plan_id": "{plan_id}", "plan_hash": "ff" * 32, **_WHY, "accept_late_start": True},
    **{
        f"POST /v1/rotations/{{rotation_id}}/{move}": _MOVE
        for move in (
            "approve",
            "hold",
            "resume",
            "extend",
            "proceed",
            "retry",
            "cancel",
            "roll-back",
            "finish",
            "look-again",
        )
    },
    "POST /v1/rotations/{rotation_id}/state-gate": _MOVE
    | {"evidence": {"clients": "2", "covered": "1", "missing": "a"}},
    "POST /v1/tasks/{task_id}/claim": {},
    "POST /v1/tasks/{task_id}/begin": {},
    "POST /v1/tasks/{task_id}/done": {"note": "", "evidence": {"filename": "a.zip", "sha256": "ab" * 32}},
    "POST /v1/tasks/{task_id}/refused": _WHY,
    "POST /v1/keys": {"name": "bob", "grant": {"roles": ["approver"], "sites": None}, "expires_in": "P30D"},
    "POST /v1/subjects": {"name": "ann", "subject": "s-1", "issuer": "https://login.example.com", "new": False},
    "POST /v1/channels": _CHANNEL,
    "PUT /v1/channels/{channel_id}": _CHANNEL,
    "PATCH /v1/channels/{channel_id}": {"language": "en", "digest": "PT2H"},
    "POST /v1/codec/decode": _PAYLOADS,
    "POST /v1/codec/encode": _PAYLOADS,
}
"""By method and path. `{site_id}` and its like stand for an id."""

QUERIES: dict[str, dict[str, str]] = {
    "GET /v1/audit/verification": {"site_id": "{site_id}"},
    "GET /v1/audit/events": {"number_after": "0", "limit": "10"},
    "GET /v1/sites/{site_id}/events": {"rotation_id": "{rotation_id}", "number_after": "0", "limit": "10"},
    "GET /v1/certificates/{certificate_id}/keystore": {"format": "jks", "ticket": "keystore-1"},
    "GET /v1/inventory": {"since": "2026-03-01T08:00:00Z", "site_id": "{site_id}"},
    "GET /v1/plans": {"site_id": "{site_id}"},
    "GET /v1/plans/{plan_id}/surveyed": {"clients": "10"},
    "GET /v1/rotations": {"limit": "10", "site_id": "{site_id}", "status": "running"},
    "GET /v1/rotations/{rotation_id}": {"live": "true"},
    "GET /v1/rotations/{rotation_id}/readings": {"gate": "A8"},
    "GET /v1/rotations/{rotation_id}/clients": {"verdict": "waiting", "gate": "A8", "limit": "10"},
    "GET /v1/rotations/{rotation_id}/events": {"number_after": "0", "limit": "10"},
    "GET /v1/rotations/{rotation_id}/found": {"limit": "10"},
    "GET /v1/sites/{site_id}/trust/contacts": {"number_after": "0", "limit": "10"},
    "GET /v1/sites/{site_id}/network-script": {"shell": "powershell"},
    "PUT /v1/sites/{site_id}/clients": {
        "taken_at": "2026-03-01T08:00:00Z",
        "timezone": "Europe/Prague",
        "dates": "dmy",
    },
    "GET /v1/tasks": {"state": "open", "site_id": "{site_id}", "rotation_id": "{rotation_id}"},
}
"""The parameters behind the path, by the same."""


def filled(document: Any, ids: dict[str, str]) -> Any:
    """A body, parameters or a path with the ids in it."""
    if isinstance(document, dict):
        return {name: filled(value, ids) for name, value in document.items()}
    if isinstance(document, list):
        return [filled(value, ids) for value in document]
    if isinstance(document, str) and "{" in document:
        for name, value in ids.items():
            document = document.replace(f"{{{name}}}", value)
    return document
