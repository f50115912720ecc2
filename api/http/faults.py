"""What parts of the product refuse, as problems: each error's status, code and remedy in one table."""

from http import HTTPStatus
from math import ceil
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from api.http.problems import ProblemError, later, refused, too_many
from certificates.errors import UnusableCertificateFile, WithRemedy
from engine.contract import SEPM_UNREACHABLE, ErrorType
from engine.fault import (
    EngineFault,
    MoveRefused,
    NoAnswer,
    NotRunning,
    NotTakenUp,
    PayloadUnreadable,
    PayloadUnsigned,
    SiteIsBusy,
    SurveyFailed,
    TemporalDown,
    TooManySurveys,
)
from oidc.errors import NoRole, ProviderAway, TokenRefused
from rotation.finding import Finding, blocking
from rotation.plan.refusals import PlanRefusedError
from rotation.running.message import REQUEST_ID_REUSED
from sepm.errors import (
    BadCredentials,
    NotPermitted,
    Throttled,
    Unreachable,
    UnreadableExport,
    UnreadableSylink,
    UntrustedCertificate,
)
from store.access.api_key import NoGrant
from store.access.identities import IdentityExists, UnknownIdentity
from store.access.revocation import LastAdmin, UnknownKey
from store.access.stated_rows import IdentityAltered
from store.access.subjects import NameTaken, NotLinked, SubjectBarred, UnknownSubject
from store.certificate.certificate_orders import AlreadyIssued, UnknownOrder
from store.certificate.certificate_requests import UnknownRequest
from store.certificate.certificates import UnknownCertificate
from store.certificate.key_destruction import KeyNeeded, NoKeyKept, OtherFingerprint
from store.certificate.keystores import KeystoreGone, UnknownKeystore
from store.database.disk_space import is_full
from store.database.page import BadCursor
from store.fault import StoreFault
from store.kept_answers import KeyReused
from store.keys.destroyed import KeyDestroyed
from store.keys.key_encryption import SealBroken, VaultKeyMissing, VaultKeyWrong
from store.keys.transit import KeyServerDown, KeyServerRefused
from store.notice.channels import ChannelChanged, ChannelExists, UnknownChannel
from store.rotation.given_originals import OriginalsKept
from store.rotation.plans import PlanAltered, UnknownPlan
from store.rotation.rotations import IdempotencyConflict, SiteBusy, UnknownRotation
from store.rotation.simulations import TooManySimulations, UnknownSimulation
from store.rotation.tasks import FileAlreadyTaken, TaskHeldByAnother, TaskNotInState, UnknownTask
from store.site.console import OlderExport
from store.site.contacts import LastPin, NotPinned
from store.site.fingerprints import AccessAltered
from store.site.site_changes import SiteInUse
from store.site.site_version import SiteChanged
from store.site.sites import SiteArchived, SiteExists, UnknownSite
from store.site.surveys import SurveyNotSaved, UnknownSurvey

SENT = "message_sent"
"""In the state of a request: whether it sent a message to a rotation that may have received it, without an answer."""
_FOR_A_PERSON = frozenset(
    {ErrorType.SEPM_CREDENTIALS, ErrorType.THIRD_CERTIFICATE, ErrorType.SEPM_REFUSED, ErrorType.ACCESS_ALTERED}
)
_OF_A_SURVEY = _FOR_A_PERSON | {ErrorType.GROUP_GONE, SEPM_UNREACHABLE}
_KEY = "put back the encryption key of this database; the operator's backup holds it"
_KEYSTORE = "make another one: POST /v1/certificates/ID/keystores"


class _Answer(NamedTuple):
    status: HTTPStatus
    code: str
    remedy: str = ""


_KEY_REUSED = _Answer(
    HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused", "use a new Idempotency-Key for another request"
)
_CHANGED = _Answer(
    HTTPStatus.PRECONDITION_FAILED, "precondition-failed", "read it again (GET), and send the request with its ETag"
)
_STORE: dict[type[StoreFault], _Answer] = {
    UnknownSite: _Answer(HTTPStatus.NOT_FOUND, "unknown-site", "list the sites: GET /v1/sites"),
    UnknownCertificate: _Answer(
        HTTPStatus.NOT_FOUND, "unknown-certificate", "list the certificates: GET /v1/certificates"
    ),
    UnknownRequest: _Answer(
        HTTPStatus.NOT_FOUND, "unknown-request", "list the requests: GET /v1/certificates/requests"
    ),
    UnknownOrder: _Answer(
        HTTPStatus.NOT_FOUND, "unknown-order", "list the orders: GET /v1/certificates/requests/ID/orders"
    ),
    AlreadyIssued: _Answer(
        HTTPStatus.CONFLICT, "already-issued", 'use that certificate; or ask for another one: "again": true, or --again'
    ),
    UnknownKeystore: _Answer(HTTPStatus.NOT_FOUND, "unknown-keystore", _KEYSTORE),
    KeystoreGone: _Answer(HTTPStatus.GONE, "keystore-gone", _KEYSTORE),
    KeyNeeded: _Answer(
        HTTPStatus.CONFLICT,
        "key-needed",
        "let it end, or cancel it; the request of one person to start a plan lapses after seven days",
    ),
    KeyDestroyed: _Answer(
        HTTPStatus.CONFLICT,
        "key-destroyed",
        "use another certificate, with a key of its own; where SEPM holds this key, make a new plan",
    ),
    NoKeyKept: _Answer(HTTPStatus.CONFLICT, "no-key", "there is nothing to destroy here"),
    OtherFingerprint: _Answer(
        HTTPStatus.CONFLICT, "fingerprint-differs", "look at the certificate: GET /v1/certificates/ID"
    ),
    UnknownPlan: _Answer(HTTPStatus.NOT_FOUND, "unknown-plan", "make a plan: POST /v1/plans"),
    UnknownSurvey: _Answer(HTTPStatus.NOT_FOUND, "unknown-survey", "survey the site"),
    SurveyNotSaved: _Answer(HTTPStatus.CONFLICT, "survey-incomplete", "survey the site again"),
    UnknownRotation: _Answer(HTTPStatus.NOT_FOUND, "unknown-rotation", "list the rotations: GET /v1/rotations"),
    UnknownSimulation: _Answer(
        HTTPStatus.NOT_FOUND, "unknown-simulation", "list the simulations: GET /v1/plans/ID/simulations"
    ),
    UnknownTask: _Answer(HTTPStatus.NOT_FOUND, "unknown-task", "list the tasks: GET /v1/tasks"),
    SiteExists: _Answer(HTTPStatus.CONFLICT, "site-exists", "choose another name, or change the site that is there"),
    SiteArchived: _Answer(
        HTTPStatus.CONFLICT, "site-archived", "take it back first: POST /v1/sites/ID/take-back (rotator site take-back)"
    ),
    NotPinned: _Answer(HTTPStatus.CONFLICT, "not-pinned", "list the pinned fingerprints: GET /v1/sites/ID/trust"),
    LastPin: _Answer(HTTPStatus.CONFLICT, "last-pin", "pin the certificate that SEPM presents first"),
    AccessAltered: _Answer(
        HTTPStatus.CONFLICT, "access-altered", "find out who wrote to the database, then PUT /v1/sites/ID/access"
    ),
    SiteInUse: _Answer(HTTPStatus.CONFLICT, "site-busy", "let the running rotation end, or cancel it"),
    SiteChanged: _CHANGED,
    ChannelChanged: _CHANGED,
    OlderExport: _Answer(HTTPStatus.CONFLICT, "export-not-newer", "export the clients again, and upload that"),
    OriginalsKept: _Answer(
        HTTPStatus.CONFLICT, "originals-kept", "restore without the file: rotator restore SITE --why REASON"
    ),
    SiteBusy: _Answer(HTTPStatus.CONFLICT, "site-busy", "let the running rotation end, or cancel it"),
    PlanAltered: _Answer(HTTPStatus.CONFLICT, "plan-altered", "make a new plan"),
    KeyReused: _KEY_REUSED,
    IdempotencyConflict: _KEY_REUSED,
    TaskNotInState: _Answer(HTTPStatus.CONFLICT, "task-not-in-state", "look at the task: GET /v1/tasks/ID"),
    TaskHeldByAnother: _Answer(HTTPStatus.CONFLICT, "task-held", "ask its holder to give it back (refused)"),
    FileAlreadyTaken: _Answer(HTTPStatus.CONFLICT, "file-taken", "claim the task once more for another file"),
    UnknownIdentity: _Answer(HTTPStatus.CONFLICT, "unknown-identity", "a new one needs its roles: `grant`, or --role"),
    IdentityAltered: _Answer(
        HTTPStatus.FORBIDDEN,
        "identity-altered",
        "find out who writes to the database; rotator audit verify names every such row. An admin adds another key, "
        "links the subject again, or adds an identity of another name",
    ),
    UnknownKey: _Answer(HTTPStatus.NOT_FOUND, "unknown-key", "list the keys: GET /v1/keys"),
    IdentityExists: _Answer(
        HTTPStatus.CONFLICT,
        "identity-exists",
        "another key for the same person: no `grant` (rotator key add NAME --another); another person: another name",
    ),
    NoGrant: _Answer(
        HTTPStatus.CONFLICT, "no-grant", "give the roles of its keys: `grant` with `another`, or --another with --role"
    ),
    UnknownChannel: _Answer(HTTPStatus.NOT_FOUND, "unknown-channel", "list the channels: GET /v1/channels"),
    ChannelExists: _Answer(HTTPStatus.CONFLICT, "channel-exists", "choose another name, or change that channel"),
    UnknownSubject: _Answer(HTTPStatus.NOT_FOUND, "unknown-subject", "list the subjects: GET /v1/subjects"),
    SubjectBarred: _Answer(
        HTTPStatus.FORBIDDEN, "subject-barred", "an admin can end the bar: rotator subject link NAME SUBJECT"
    ),
    NotLinked: _Answer(
        HTTPStatus.FORBIDDEN,
        "not-linked",
        "have an admin link it: rotator subject link NAME SUBJECT, with --new where the person has no identity yet",
    ),
    NameTaken: _Answer(
        HTTPStatus.FORBIDDEN,
        "name-taken",
        "have an admin decide: rotator subject link NAME SUBJECT for the same person, with --new and another "
        "NAME for another person",
    ),
    LastAdmin: _Answer(HTTPStatus.CONFLICT, "last-admin", "add a key for an admin of all sites first"),
    BadCursor: _Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "bad-cursor", "begin again without a cursor"),
    VaultKeyMissing: _Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "key-missing", _KEY),
    VaultKeyWrong: _Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "key-wrong", _KEY),
    SealBroken: _Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "seal-broken", _KEY),
}

_SEPM: dict[type[WithRemedy], _Answer] = {
    Unreachable: _Answer(HTTPStatus.BAD_GATEWAY, "sepm-unreachable"),
    BadCredentials: _Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "sepm-credentials"),
    NotPermitted: _Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "sepm-not-permitted"),
    UntrustedCertificate: _Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "sepm-untrusted"),
    UnusableCertificateFile: _Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "certificate-unusable"),
    UnreadableExport: _Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "export-unreadable"),
    UnreadableSylink: _Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "sylink-unreadable"),
    Throttled: _Answer(HTTPStatus.SERVICE_UNAVAILABLE, "sepm-throttled"),
}
_SEPM_ELSE = _Answer(HTTPStatus.BAD_GATEWAY, "sepm-failed")


def from_store(fault: StoreFault) -> ProblemError:
    """What the store refuses. A fault that the table does not name is ours: 500."""
    if isinstance(fault, KeyServerDown):
        return later("key-server-down", str(fault), seconds=5, remedy="send the same request again in a while")
    if isinstance(fault, KeyServerRefused):
        return later("key-server-refused", str(fault), seconds=60, remedy="the operator of the key server has to act")
    if isinstance(fault, TooManySimulations):
        remedy = "send the request again when one of them has ended, or cancel one"
        return too_many("too-many-simulations", str(fault), seconds=60, remedy=remedy)
    answer = next(
        (_STORE[kind] for kind in type(fault).__mro__ if kind in _STORE),
        _Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "store-fault", "read the log of the service"),
    )
    return ProblemError(answer.status, answer.code, str(fault), remedy=answer.remedy)


def from_log_in(error: TokenRefused | ProviderAway) -> ProblemError:
    """What the company's log-in does not give. Why a token is refused stands in the log of the service alone."""
    if isinstance(error, ProviderAway):
        remedy = "send it again in a while, or use an API key, which needs no provider; the log of the service has more"
        return later("provider-away", f"the company's log-in cannot be used now: {error}", seconds=10, remedy=remedy)
    if isinstance(error, NoRole):
        remedy = "have the operator of the service and of the provider give one: ROTATOR_OIDC_GRANTS"
        return ProblemError(HTTPStatus.FORBIDDEN, "no-role", f"the log-in is valid, but {error}", remedy=remedy)
    return ProblemError(
        HTTPStatus.UNAUTHORIZED,
        "unauthorized",
        "the request carries no API key, and its token of the company's log-in is not accepted",
        remedy="get a new token, made for this API; the log of the service says why this one is refused",
        headers={"WWW-Authenticate": 'Bearer realm="rotator", error="invalid_token"'},
    )


def from_database(error: SQLAlchemyError) -> ProblemError:
    """A database that is full, does not answer, or is locked for longer than a request waits."""
    if isinstance(error, DBAPIError) and is_full(error):
        return later(
            "store-full",
            f"the database cannot be written: {error.orig}",
            seconds=30,
            remedy="make room on the disk of the database, then send the same request again",
        )
    return later(
        "database-away",
        "the database does not answer, or is locked",
        seconds=5,
        remedy="send the same request again in a while; if it stays, the log of the service has the reason",
    )


def from_sepm(error: WithRemedy) -> ProblemError:
    """What SEPM, its network or a file for it did not give."""
    answer = next((_SEPM[kind] for kind in type(error).__mro__ if kind in _SEPM), _SEPM_ELSE)
    return ProblemError(
        answer.status,
        answer.code,
        f"{error.address}: {error.what}",
        remedy=error.remedy,
        findings=(_finding(error, answer.code),),
        headers={"Retry-After": str(ceil(error.retry_after.total_seconds()))} if isinstance(error, Throttled) else {},
    )


def from_engine(fault: EngineFault) -> ProblemError:
    """What Temporal, or a running rotation, does not give."""
    match fault:
        case TemporalDown() | NoAnswer():
            return _silent(fault)
        case NotTakenUp():
            remedy = (
                "answer what the rotation asks, or do what it asks for (its page, or GET /v1/rotations/ID); then send "
                "it again"
                if fault.asks
                else "look what the rotation waits for (its page, or GET /v1/rotations/ID), and send it again in a "
                "while"
            )
            return ProblemError(
                HTTPStatus.CONFLICT, "rotation-busy", str(fault), remedy=remedy, headers={"Retry-After": "5"}
            )
        case MoveRefused():
            reused = fault.code == REQUEST_ID_REUSED
            code = _KEY_REUSED.code if reused else fault.code.replace("_", "-")
            status = _KEY_REUSED.status if reused else HTTPStatus.CONFLICT
            remedy = (
                _KEY_REUSED.remedy
                if reused
                else fault.remedy or "GET /v1/rotations/ID shows what the rotation does, and which moves it waits for"
            )
            finding = blocking(code, "rotation", fault.message, remedy)
            return ProblemError(status, code, fault.message, remedy=remedy, findings=(finding,))
        case NotRunning():
            return ProblemError(
                HTTPStatus.CONFLICT,
                "not-running",
                f"site {fault.site_id} has no running rotation",
                remedy="look at the rotation: GET /v1/rotations/ID; one that was stored and not started is started "
                "by sending the same request again",
            )
        case SiteIsBusy():
            return ProblemError(HTTPStatus.CONFLICT, "site-busy", str(fault), remedy="wait for its end, or cancel it")
        case SurveyFailed() | TooManySurveys():
            return _no_survey(fault)
        case PayloadUnsigned() | PayloadUnreadable():
            return _unread(fault)
        case _:
            return later("temporal-not-ready", str(fault), seconds=30, remedy="the operator of Temporal has to act")


def _unread(fault: PayloadUnsigned | PayloadUnreadable) -> ProblemError:
    """An answer of Temporal that cannot be opened, or that this service did not sign."""
    if isinstance(fault, PayloadUnsigned):
        code = "payload-unsigned"
        remedy = "give API and worker the same signing keys; where they have them, see who else reaches Temporal"
    else:
        code = "payload-unreadable"
        remedy = "the operator of the service has to put the key back; running rotations wait for it"
    return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, code, str(fault), remedy=remedy)


def _silent(fault: TemporalDown | NoAnswer) -> ProblemError:
    """Temporal or the worker does not answer. The rotation may have received a message that was sent before."""
    if isinstance(fault, TemporalDown):
        code, remedy = "temporal-down", "send the same request again in a while"
    else:
        code, remedy = "no-answer", "check that the worker runs, then send it again"
    if fault.sent_as:
        remedy = (
            "the service does not know whether the rotation has received it: send the same request again with the "
            f"header `Idempotency-Key: {fault.sent_as}` once the service answers; it has its effect once"
        )
    return later(code, str(fault), seconds=5, remedy=remedy)


def _no_survey(fault: SurveyFailed | TooManySurveys) -> ProblemError:
    if isinstance(fault, TooManySurveys):
        return too_many(
            "too-many-surveys", str(fault), seconds=10, remedy="send the request again when one of them has ended"
        )
    if fault.type == ErrorType.SITE_ARCHIVED:
        return from_store(SiteArchived(fault.message))
    for_a_person = fault.type in _FOR_A_PERSON
    status = HTTPStatus.UNPROCESSABLE_ENTITY if for_a_person else HTTPStatus.BAD_GATEWAY
    remedy = "see what it says, then survey again; nothing was changed"
    code = fault.type if fault.type in _OF_A_SURVEY else "survey-failed"
    finding = blocking(code, "survey", fault.message, remedy)
    return ProblemError(status, code, fault.message, title="Survey failed", remedy=remedy, findings=(finding,))


def from_plan(refusal: PlanRefusedError) -> ProblemError:
    """A plan that cannot be made."""
    return refused("plan-refused", refusal.findings, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _finding(error: WithRemedy, code: str) -> Finding:
    return blocking(code, error.address, error.what, error.remedy)
