"""Answers of SEPM in the shapes of real samples."""

from datetime import UTC, datetime

from rotation.survey import Pair
from rotation.values import GroupId, LocationId

ROOT, CHILD, OFFICE, HOME = ("A" * 32, "B" * 32, "C" * 32, "D" * 32)
PAIR = Pair(group_id=GroupId(ROOT), location_id=LocationId(OFFICE))
MOMENT = datetime(2030, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)
MOMENT_MS = 1893553445006


def paged(*content, **more):
    """A page that holds everything, as SEPM frames it."""
    return {
        "content": list(content),
        "totalPages": 1,
        "firstPage": True,
        "lastPage": True,
        "totalElements": len(content),
        "size": 25,
        "number": 0,
        "sort": None,
        "numberOfElements": len(content),
        **more,
    }


def group(identity, path, *, inherits, domain="E" * 32):
    """A group as in the samples."""
    return {
        "id": identity,
        "name": path.rpartition("\\")[2],
        "fullPathName": path,
        "createdBy": f"{'F' * 32}        ",
        "policySerialNumber": f"{identity[:4]}-01/02/2030 03:04:05 006",
        "policyDate": MOMENT_MS,
        "domain": {"id": domain, "name": "Default"},
        "policyInheritanceEnabled": inherits,
    }


def settings(**communication):
    """Settings in the documented form."""
    return {
        "configuration": {
            "communication_settings": {
                "mode": "PULL",
                "pull_mode_heartbeat_freq_in_seconds": 300,
                "sem_server": {"name": "Default list", "description": ""},
                "randomization_enabled": True,
                "randomization_range": 120,
                **communication,
            },
            "general_settings": {"security_settings": {"stopped_mode": "ALLOW", "secure_communications": True}},
        },
        "lockedoptions": {},
    }


def computer(identity, **more):
    """A client with the keys that differ by case only."""
    return {
        "uniqueId": identity,
        "computerName": f"PC-{identity}",
        "group": {"id": ROOT, "name": "My Company", "fullPathName": None, "domain": {"id": "E" * 32, "name": "D"}},
        "osName": "Windows 10",
        "osname": "Windows 10",
        "agentVersion": "14.2.1031.0100",
        "lastUpdateTime": MOMENT_MS,
        "lastServerName": "SRV1",
        "profileSerialNo": f"{ROOT[:4]}-01/02/2030 03:04:05 006",
        "onlineStatus": 1,
        "isNpvdiClient": 0,
        "deleted": 0,
        **more,
    }


class Site:
    """Answers by path below `/sepm/api/v1`; a callable is asked with the request."""

    def __init__(self, **answers):
        self.answers = {
            "/domains": [{"id": "E" * 32, "name": "Default"}],
            "/groups": paged(
                group(ROOT, "My Company", inherits=False), group(CHILD, "My Company\\Child", inherits=True)
            ),
            f"/groups/{ROOT}/locations": [
                f"Office:api/v1/locations/{OFFICE}",
                f"At: home:api/v1/locations/{HOME}",
            ],
            f"/groups/{CHILD}/locations": [f"Default:api/v1/locations/{OFFICE.lower()}"],
            f"/groups/{ROOT}": group(ROOT, "My Company", inherits=False),
            **answers,
        }

    def __call__(self, asked):
        """The answer to a request."""
        path = asked.path.removeprefix("/sepm/api/v1")
        if asked.method == "PATCH":
            return 200, ""
        answer = self.answers.get(path)
        if answer is None and path.endswith("/settings"):
            answer = settings()
        if answer is None:
            return 410, {"errorCode": "410", "errorMessage": "unknown"}
        return 200, answer(asked) if callable(answer) else answer
