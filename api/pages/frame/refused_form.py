"""A form that was refused: what is wrong stands beside the field that it is about."""

from collections.abc import Collection, Mapping
from http import HTTPStatus

from api.http.problems import Problem
from api.manners.refusals import problem_error
from rotation.finding import Finding, blocking
from rotation.values import Value

_OWN_PAGE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})

_OWN_CODES = frozenset({"second-person", "request-in-flight", "outcome-unknown"})
"""What is kept as a wish, and what may have been done: a form that says that nothing is stored would be wrong."""


class RefusedForm(Value):
    """Why a form was refused."""

    status: HTTPStatus
    by_field: dict[str, tuple[Finding, ...]]
    others: tuple[Finding, ...]
    """What is about no field of the form."""


def refused_form(refusal: Exception, fields: Collection[str], elsewhere: Mapping[str, str]) -> RefusedForm:
    """The refusal beside the fields of a form.

    Args:
        refusal: one of `REFUSALS`.
        fields: the names of the form's fields: the paths that the API's document has.
        elsewhere: by the subject or the code of a finding, or both with a space between them, the field that it is
            about where its subject is none.

    Raises:
        ProblemError: when the refusal has a page of its own: the caller may not, the object is not there, a second
            person is waited for, or it may have been done.
    """
    error = problem_error(refusal)
    problem = error.problem
    if problem.status in _OWN_PAGE or code_of(problem) in _OWN_CODES:
        raise error
    by_field: dict[str, tuple[Finding, ...]] = {}
    others: list[Finding] = []
    findings = problem.findings or (blocking(code_of(problem), "", problem.detail, problem.remedy),)
    for each in findings:
        if any(other.subject.startswith(f"{each.subject}.") for other in findings):
            continue  # that a list has no good item follows from what is wrong with its items
        first = each.subject.partition(".")[0]
        of_both = elsewhere.get(f"{each.code} {each.subject}")
        named = (
            each.subject,
            first,
            of_both,
            elsewhere.get(each.subject),
            elsewhere.get(first),
            elsewhere.get(each.code),
        )
        field = next((name for name in named if name in fields), None)
        if field is None:
            others.append(each)
        else:
            by_field[field] = (*by_field.get(field, ()), each)
    return RefusedForm(status=HTTPStatus(problem.status), by_field=by_field, others=tuple(others))


def code_of(problem: Problem) -> str:
    """The code that programs act upon."""
    return problem.type.removeprefix("/problems/")
