"""Every problem that the API answers with, from one table: when, what it means, and what to do."""

import tomllib
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from importlib.resources import files

from pydantic import Field

from api.http.problems import ProblemError, titled
from rotation.values import Value

_TABLE = "problem_catalogue.toml"


class ProblemKind(Value):
    """A kind of problem: what all of its answers have in common."""

    code: str = Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", description="The last part of `type`", examples=["site-busy"])
    title: str = Field(examples=["Site busy"])
    status: tuple[int, ...] = Field(min_length=1, description="The HTTP statuses that it comes with", examples=[[409]])
    means: str = Field(min_length=1, description="What has happened")
    remedy: str = Field(min_length=1, description="What to do now, in all cases; the answer says it of its own case")


def unknown_kind() -> ProblemError:
    """The refusal of a code that no problem has."""
    return ProblemError(
        HTTPStatus.NOT_FOUND, "not-found", "the API has no problem of that code", remedy="GET /problems has all"
    )


@cache
def problem_kinds() -> Mapping[str, ProblemKind]:
    """All of them by their codes, in the order of the table."""
    table = tomllib.loads((files(__package__) / _TABLE).read_text("utf-8"))
    return {
        code: ProblemKind.model_validate({"code": code, "title": titled(code), **row}) for code, row in table.items()
    }
