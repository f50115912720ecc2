"""Headers that a program acts upon stand in the description, with each answer that may have them."""

from api.app import create_app
from tests.api.described import operations


def test_when_to_come_again_is_described():
    """With what was accepted, what goes on, what is full or away, and a request that is being carried out already."""
    every = operations(create_app())
    for each in every:
        keyed = any(one["name"] == "Idempotency-Key" for one in each.parameters)
        later = {202, 429, 503} & each.headers.keys() | ({409} if keyed else set())
        assert {status for status in later if "retry-after" in each.headers[status]} == later, each.name
    goes_on = {each.name.rpartition("/")[2] for each in every if "retry-after" in each.headers.get(200, ())}
    assert goes_on == {"{simulation_id}", "{order_id}"}


def test_the_tag_of_now_is_described():
    """With each 412 of an operation that takes `If-Match`."""
    taking = [each for each in operations(create_app()) if any(one["name"] == "If-Match" for one in each.parameters)]
    assert len(taking) > 20
    assert [each.name for each in taking if "etag" not in each.headers[412]] == []
