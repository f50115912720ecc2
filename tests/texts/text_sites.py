"""Which strings of the code are texts for people, in one place: what is left out, by where it stands."""

import ast
import re

COVERED: tuple[str, ...] = (
    "activities",
    "api/access",
    "api/certificate",
    "api/events/listeners.py",
    "api/http",
    "api/manners",
    "api/notice",
    "api/pages/frame/once.py",
    "api/pages/frame/own_forms.py",
    "api/pages/site/limits_page.py",
    "api/pages/site/new_certificate.py",
    "api/pages/site/server_lists.py",
    "api/plan",
    "api/repeats/earlier_requests.py",
    "api/repeats/operations.py",
    "api/repeats/repeated_requests.py",
    "api/rotation",
    "api/site",
    "api/standing/reconciler.py",
    "api/task",
    "api/temporal_ui/attempts.py",
    "api/temporal_ui/codec.py",
    "api/temporal_ui/door.py",
    "certificates",
    "engine/client",
    "engine/codec/failures.py",
    "engine/codec/signing.py",
    "engine/fault.py",
    "engine/interceptors/answers.py",
    "engine/interceptors/binding.py",
    "engine/interceptors/origin.py",
    "issuing",
    "notifying/addresses.py",
    "notifying/mail.py",
    "notifying/settings.py",
    "notifying/signature.py",
    "notifying/syslog.py",
    "notifying/webhook.py",
    "oidc/company_log_in.py",
    "oidc/grants.py",
    "oidc/provider.py",
    "oidc/tokens.py",
    "emulator/clients/contact.py",
    "rotation",
    "sepm",
    "simulation/judged/exemptions.py",
    "simulation/judged/handed_out.py",
    "service",
    "store/access",
    "store/audit.py",
    "store/certificate",
    "store/database/chain.py",
    "store/database/disk_space.py",
    "store/database/page.py",
    "store/kept_answers.py",
    "store/keys/destroyed.py",
    "store/keys/key_rotation.py",
    "store/notice",
    "store/rotation",
    "store/site",
    "store/trail/start_notes.py",
    "store/trail/webhook.py",
    "workflows",
)
"""Packages and modules whose texts have translations: each text of theirs, or a test names it."""
ELSEWHERE: tuple[str, ...] = (
    "api/http/authors.py",
    "api/http/described_refusals.py",
    "api/manners/openapi/description.py",
    "api/manners/openapi/moves.py",
    "api/manners/problem_pages.py",
    "certificates/der.py",
    "certificates/new_certificate.py",
    "certificates/pem.py",
    "certificates/secret_file.py",
    "engine/client/orders.py",
    "engine/client/presence.py",
    "engine/client/runs.py",
    "engine/client/simulations.py",
    "engine/client/ui_summary.py",
    "engine/client/unsigned.py",
    "engine/client/watch.py",
    "issuing/settings.py",
    "rotation/plan/card",
    "rotation/reach/powershell.py",
    "rotation/reach/shell.py",
    "rotation/running/earlier_words.py",
    "rotation/running/waits",
    "service/notices/delivering.py",
    "service/open_swaps.py",
    "store/access/wishes.py",
    "workflows/admission.py",
    "workflows/hosts/temporal_host.py",
    "workflows/issue_certificate.py",
    "workflows/rotate_site.py",
    "workflows/simulate_plan.py",
    "workflows/hosts/ui_details.py",
    "workflows/watch_certificates.py",
)
"""Scripts; and rooms whose texts are sentences before they have a language, with a catalogue of their own."""
NOT_SHOWN = frozenset(
    {
        "AssertionError",
        "Field",
        "KeyError",
        "LookupError",
        "TypeError",
        "getattr",
        "WithJsonSchema",
        "compile",
        "counted",
        "encode",
        "setdefault",
        "format",
        "ip_network",
        "join",
        "sentence",
        "split",
        "startswith",
        "strftime",
    }
)
"""Calls whose own strings are no text for people, by the last part of their name; or one of another catalogue."""
NOT_SHOWN_KEYWORDS = frozenset({"description", "key", "kind", "pattern"})
"""Arguments of any call."""
NOT_TEXTS: frozenset[str] = frozenset(
    {
        "<%(local0)s>1 %(at)s - rotator - %(kind)s -",
        "Basic %(decode)s",
        "Encoded failure",
        "GET /v1/certificates",
        "GET /v1/certificates/ID",
        "GET /v1/certificates/ID/keystores",
        "GET /v1/certificates/requests",
        "GET /v1/channels",
        "GET /v1/keys",
        "GET /v1/sites",
        "GET /v1/sites/ID",
        "GET /v1/sites/ID/trust",
        "GET /v1/subjects",
        "GET /v1/tasks/ID",
        "an answer was refused: %s: %s",
        "a signal was refused: %s: %s",
        "SEPM certificate rotator",
        " (HTTP for certificate rotation)",
        " let the rotation go on without the canaries",
        "%(asked_by)s and %(approved_by)s",
        "%(id)s of %(tablename)s",
        "%(identity_id)s of %(tablename)s",
        "%(move)s by %(who)s%(why)s",
        "%(move)s by %(who)s: %(because)s",
        "%(other)s in %(path)s",
        "%(site_name)s (id %(site_id)s)",
        "%(release)s on %(system)s",
        "%(row_id)s of %(tablename)s",
        "%(title)s: %(to)s by %(who)s%(note)s",
        "%ALLUSERSPROFILE%\\Symantec\\Symantec Endpoint Protection\\CurrentVersion\\Data\\Config",
        "(none)",
        ".back",
        "/sepm",
        "Address",
        "Bearer %(token)s",
        'Basic realm="rotator"',
        'Bearer realm="rotator"',
        'Bearer realm="rotator", error="invalid_token"',
        "Default Management Server List",
        "My Company",
        "Names this state of it; for `If-Match` and `If-None-Match`",
        "Not modified",
        "POST /api/v1/identity/authenticate",
        "PRAGMA user_version",
        "PRAGMA user_version = 0",
        "StatedRow | None",
        "The rotation is at work on it; see `pending`",
        "Value error, ",
        "a word about a certificate names it",
        "access to a site",
        "announced fingerprint",
        "answered %(status_code)s",
        "api key",
        'attachment; filename="%(file_name)s"',
        'attachment; filename="%(filename)s"',
        "attention: drift",
        "body",
        "certificate verify failed",
        "client",
        "gzip, deflate",
        "idempotency key",
        "it is no time",
        "kept answer",
        "key %(newest)s",
        "keys %(gone)s",
        "os x",
        "pinned fingerprints",
        "request with an idempotency key",
        "rotation %(rotation_id)s of %(site_name)s",
    }
)
"""Strings that look like texts and are values: of files, of programs, of SEPM."""
COMMAND = re.compile(r"(?:rotator|temporal|netsh) [^;.]*|(?:%\(\w+\)s )?--.*")
"""Commands, and parts of them, are typed as they are."""


def is_shown(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Whether a string may be a text for people, by what it stands in."""
    child, parent = node, above.get(node)
    while parent is not None and not isinstance(parent, ast.stmt):
        if _is_no_text_in(parent, child, joined=child is not node):
            return False
        child, parent = parent, above.get(parent)
    match parent:
        case ast.Expr(value=value):
            return not isinstance(value, ast.Constant)
        case ast.AnnAssign(annotation=annotation):
            return child is not annotation
        case ast.FunctionDef(args=args):
            return child is args
        case _:
            return not isinstance(parent, ast.Assert)


def _is_no_text_in(parent: ast.AST, child: ast.AST, *, joined: bool) -> bool:
    match parent:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="_log"))):
            return True
        case ast.Call(func=func):
            name = _last(func)
            return name in NOT_SHOWN and not (name == "join" and child in parent.args and joined)
        case ast.keyword(arg=name):
            return name in NOT_SHOWN_KEYWORDS
        case ast.Subscript(slice=inner):
            return inner is child
        case ast.FormattedValue(format_spec=spec):
            return spec is child
        case _:
            return isinstance(parent, ast.Compare | ast.Slice | ast.pattern)


def _last(func: ast.expr) -> str:
    return getattr(func, "id", "") or getattr(func, "attr", "")
