"""What is added to the description changes that of no other application, and not what is added the next time."""

from fastapi import FastAPI

from api.app import create_app
from api.manners.openapi.additions import add_to_description

SHARED = {"description": "Refused"}


def refused(_, document):
    """Put in an object that all descriptions share."""
    document["refused"] = SHARED


def with_header(_, document):
    """Change what another addition has put in."""
    document["refused"]["header"] = document["refused"].get("header", 0) + 1


def test_additions_change_nothing_that_is_shared():
    """Asked for once more, and of another application: each time the same."""
    every = FastAPI(), FastAPI()
    for each in every:
        add_to_description(each, refused, with_header)
    assert [each.openapi()["refused"] for each in (*every, *every)] == [{"description": "Refused", "header": 1}] * 4
    assert SHARED == {"description": "Refused"}


def test_the_description_is_the_same_however_often_it_is_asked_for():
    """Of the application as of others in this process."""
    app = create_app()
    first = app.openapi()
    assert app.openapi() == first
    assert create_app().openapi() == first
