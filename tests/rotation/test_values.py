"""Values are frozen and refuse what they do not know."""

import pytest
from pydantic import ValidationError

from rotation.values import Value


class _Thing(Value):
    name: str


def test_value_cannot_be_changed():
    """A plan that was approved cannot be changed under the approval."""
    with pytest.raises(ValidationError):
        _Thing(name="a").name = "b"  # type: ignore[misc] # that is what must fail


def test_value_refuses_unknown_fields():
    """A field that the model does not have is an error, not silence."""
    with pytest.raises(ValidationError):
        _Thing.model_validate({"name": "a", "other": 1})
