"""Values that stand in texts as Python writes them: lengths of time, moments, codes; found by their annotations."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from tests.texts.stored_texts import HOME, strings_of
from tests.texts.text_sites import COVERED, ELSEWHERE

PRODUCT = ("activities", "api", "certificates", "engine", "issuing", "notifying", "oidc", "rotation", "sepm", "service",
           "store", "workflows")  # fmt: skip
_RAW = frozenset({"timedelta", "Span", "Length", "UpToADay", "UpToAYear", "UpToTenYears"}) | {
    "datetime", "AwareDatetime", "Instant",
}  # fmt: skip
"""Annotations of lengths of time and of moments."""
_MANY = frozenset({"tuple", "dict", "list", "set", "frozenset", "Mapping", "Iterable", "Iterator", "Callable"}) | {
    "Sequence", "Collection",
}  # fmt: skip
_WRITTEN = ("span_text", "instant_text", "strftime")


def raw_values() -> dict[str, str]:
    """By file and line: the expression, in a text for people."""
    kinds = _kinds()
    found: dict[str, str] = {}
    for each in COVERED:
        place = HOME / each
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            name = file.relative_to(HOME).as_posix()
            if not name.startswith(ELSEWHERE):
                found |= {f"{name}:{line}": text for line, text in raw_values_of(file.read_text("utf-8"), kinds)}
    return found


def raw_values_of(source: str, kinds: Mapping[str, bool] | None = None) -> Iterator[tuple[int, str]]:
    """The line and the expression of each such value in a module; `kinds` has names that are known elsewhere."""
    tree = ast.parse(source)
    local = _annotated(tree)
    raw = {**(kinds or {}), **{name: all(each) for name, each in local.items()}}
    raw |= dict.fromkeys(_assigned(tree, raw), True)
    for text, _ in strings_of(source):
        for value in text.values if isinstance(text, ast.JoinedStr) else ():
            if isinstance(value, ast.FormattedValue) and value.format_spec is None and _is_raw(value.value, raw):
                yield value.lineno, ast.unparse(value.value)


def _is_raw(of: ast.expr, raw: Mapping[str, bool]) -> bool:
    match of:
        case ast.Attribute(attr="value"):
            return True
        case ast.Call(func=ast.Attribute(attr="isoformat", value=inner)):
            return not (isinstance(inner, ast.Call) and ast.unparse(inner.func).endswith(".date"))
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name)):
            return raw.get(name, False) and name not in _WRITTEN
        case _:
            return False


@cache
def _codes() -> frozenset[str]:
    """The names of all enums of the product."""
    found = (
        node.name
        for part in PRODUCT
        for file in (HOME / part).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases)
    )
    return frozenset(found)


@cache
def _kinds() -> Mapping[str, bool]:
    """Names that are annotated in the product: whether each annotation is of such a value."""
    every: dict[str, list[bool]] = defaultdict(list)
    for part in PRODUCT:
        for file in (HOME / part).rglob("*.py"):
            for name, kinds in _annotated(ast.parse(file.read_text("utf-8"))).items():
                every[name] += kinds
    return {name: all(kinds) for name, kinds in every.items()}


def _annotated(tree: ast.AST) -> Mapping[str, list[bool]]:
    found: dict[str, list[bool]] = defaultdict(list)
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind):
                found[name].append(_is_kind(kind))
            case (
                ast.arg(arg=name, annotation=ast.expr() as kind)
                | ast.FunctionDef(name=name, returns=ast.expr() as kind)
            ):
                found[name].append(_is_kind(kind))
    return found


def _is_kind(of: ast.expr) -> bool:
    """One of them, or none: not many, and nothing that is made of them."""
    names = set(re.findall(r"\w+", ast.unparse(of)))
    return not names.isdisjoint(_RAW | _codes()) and names.isdisjoint(_MANY)


def _assigned(tree: ast.AST, raw: Mapping[str, bool]) -> Iterator[str]:
    """Names that are given what a function or an attribute of such a value has."""
    for node in ast.walk(tree):
        match node:
            case ast.NamedExpr(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                value = node.value
                if _is_raw(value, raw) and not (isinstance(value, ast.Attribute) and value.attr == "value"):
                    yield name
