"""Names for the values of a template, from their expressions: stable, and to be read by a translator."""

import ast


def name_of(value: ast.expr, names: dict[str, str]) -> str:
    """A name for a value, from its expression; another number after it for another expression of the same name."""
    assert isinstance(value, ast.FormattedValue)
    wanted, written = _named(value.value), ast.unparse(value)
    name, number = wanted, 1
    while names.setdefault(name, written) != written:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _named(of: ast.expr) -> str:
    match of:
        case ast.Name(id=name):
            return name.strip("_").lower()
        case ast.Attribute(value=inner, attr=name):
            return _named(inner) if name in {"value", "name", "words"} else name.strip("_")
        case ast.Call():
            return _called(of)
        case ast.IfExp(body=body, orelse=other, test=test):
            return next((_named(each) for each in (body, other, test) if not isinstance(each, ast.Constant)), "value")
        case ast.JoinedStr(values=values):
            return next((_named(each.value) for each in values if isinstance(each, ast.FormattedValue)), "value")
        case _:
            return _inner(of)


def _called(of: ast.Call) -> str:
    match of:
        case ast.Call(func=ast.Name(id="len"), args=[inner, *_]):
            return f"{_named(inner)}_count"
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[inner, *_]):
            return _named(inner)
        case ast.Call(func=ast.Name(id="span_text" | "instant_text" | "end_words"), args=[inner]):
            return _named(inner)
        case ast.Call(func=ast.Name(id="sorted" | "map" | "set" | "tuple" | "str" | "repr"), args=[*_, inner]):
            return _named(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr="isoformat" | "strip" | "date" | "get")):
            return _named(inner)
        case _:
            return _named(of.func)


def _inner(of: ast.expr) -> str:
    match of:
        case ast.Subscript(value=inner) | ast.Starred(value=inner) | ast.UnaryOp(operand=inner):
            return _named(inner)
        case ast.BoolOp(values=[inner, *_]) | ast.BinOp(left=inner):
            return _named(inner)
        case ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner):
            return _named(inner)
        case _:
            return "value"
