"""Each test begins in English, and leaves it so."""

import pytest

from cli.language.wording import use
from texts.language import Language


@pytest.fixture(autouse=True)
def _english():
    use(Language.ENGLISH)
    yield
    use(Language.ENGLISH)
