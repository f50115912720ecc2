"""What pydantic writes of wrong values, in Czech: each kind of error that a document can have."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Network
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AnyUrl, AwareDatetime, Base64Bytes, Field, IPvAnyAddress, TypeAdapter, ValidationError
from pydantic_core import PydanticKnownError
from pydantic_core._pydantic_core import list_all_errors

from texts.catalogue import translator
from texts.language import Language
from texts.recognised import translated

CZECH = translator(Language.CZECH)
OF_PYTHON = {
    *("arguments_type", "missing_argument", "unexpected_keyword_argument", "missing_keyword_only_argument"),
    *("unexpected_positional_argument", "missing_positional_only_argument", "multiple_argument_values"),
    *("needs_python_object", "complex_type", "complex_str_parsing"),
}
"""Kinds that the call of a function has, a check of Python objects, or a complex number: no document has them."""
KINDS = {each["type"]: each for each in list_all_errors() if each["type"] not in OF_PYTHON}


def context(of: dict[str, Any], number: int) -> dict[str, Any]:
    """Values for the places of a text, for a number of things."""
    values = {name: number if isinstance(value, int) or value is None else "Qx7" for name, value in of.items()}
    return values | {name: "Qx7" for name in of if name in {"error", "class", "class_name"}}


@pytest.mark.parametrize("number", [1, 2, 5])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_error_is_czech(kind, number):
    """Its text has a Czech one, with the values of the English one, in the form of the number."""
    known = KINDS[kind]
    made = PydanticKnownError(kind, context(known.get("example_context") or {}, number)).message()
    for english in {made, known.get("message_template_json") or made}:
        czech = translated(english, CZECH)
        assert czech != english
        assert ("Qx7" in czech, str(number) in czech) == ("Qx7" in english, str(number) in english)


@pytest.mark.parametrize(("number", "form"), [(1, "1 znak"), (2, "2 znaky"), (5, "5 znaků"), (1200, "1\xa0200 znaků")])
def test_three_plurals(number, form):
    """The bound of a text has the form of its number."""
    made = PydanticKnownError("string_too_long", {"max_length": number}).message()
    assert translated(made, CZECH) == f"text má mít nejvýše {form}"


CASES: list[tuple[Any, object, str]] = [
    (Literal["a", "b", "c"], "x", "má to být 'a', 'b' nebo 'c'"),
    (AwareDatetime, "2026-13-01T00:00:00Z", "má to být datum, s časem nebo bez něj: měsíc není v rozsahu 1-12"),
    (datetime, "yesterday", "má to být datum, s časem nebo bez něj: "),
    (date, "2026-02-30", "má to být datum nebo čas: takový den v měsíci není"),
    (time, "25:00", "má to být denní čas: hodina není v rozsahu 0-23"),
    (timedelta, "PT", "má to být délka času, například PT30M: "),
    (timedelta, "soon", "má to být délka času, například PT30M: "),
    (AnyUrl, "sepm", "má to být adresa URL: chybí schéma, například https://"),
    (AnyUrl, "https://a:b", "má to být adresa URL: číslo portu je chybné"),
    (UUID, "x", "má to být UUID: "),
    (Decimal, "x", "má to být desetinné číslo"),
    (Annotated[list[int], Field(max_length=2)], [1, 2, 3], "má mít nejvýše 2 položky (seznam hodnot), ne 3"),
    (Annotated[int, Field(ge=1)], 0, "má to být nejméně 1"),
    (Annotated[str, Field(pattern="^[a-z]$")], "A", "text má odpovídat vzoru '^[a-z]$'"),
    (dict[str, int], [], "má to být objekt"),
    (Base64Bytes, "a", "má to být Base64: 'počet znaků (1) nemůže být o 1 větší než násobek 4'"),
    (Base64Bytes, "abc", "má to být Base64: 'chybí výplň na konci'"),
    (IPv4Network, "x", "není to síť IPv4"),
    (IPvAnyAddress, "x", "není to adresa IPv4 ani IPv6"),
]


@pytest.mark.parametrize(("of", "value", "czech"), CASES)
def test_errors_of_real_values(of, value, czech):
    """What pydantic writes today, with what its parsers of dates, spans and addresses add."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(of).validate_python(value)
    assert translated(caught.value.errors()[0]["msg"], CZECH).startswith(czech)
