"""Which strings of the code are texts for people, in one place: what is left out, by where it stands."""

import ast
import re

COVERED: tuple[str, ...] = ("rotation",)
"""Packages and modules whose texts have translations: each text of theirs, or a test names it."""
ELSEWHERE: tuple[str, ...] = (
    "rotation/plan/card",
    "rotation/reach/powershell.py",
    "rotation/reach/shell.py",
    "rotation/running/waits",
)
"""Scripts; and rooms whose texts are sentences before they have a language, with a catalogue of their own."""
NOT_SHOWN = frozenset(
    {
        "AssertionError",
        "Field",
        "KeyError",
        "LookupError",
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
        "%(move)s by %(who)s: %(because)s",
        "%(options)s%(options_2)s; question %(question)s",
        "%(other)s in %(path)s",
        "%(site_name)s (id %(site_id)s)",
        "%(release)s on %(system)s",
        "%ALLUSERSPROFILE%\\Symantec\\Symantec Endpoint Protection\\CurrentVersion\\Data\\Config",
        " (HTTP for certificate rotation)",
        "Default Management Server List",
        "My Company",
        "Value error, ",
        "os x",
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
