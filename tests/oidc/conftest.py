"""A provider of OpenID Connect on this machine, and a clock."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from oidc.company_log_in import CompanyLogIn
from tests.oidc.provider import TestProvider

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


class Clock:
    """The time, as the test has it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Now."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock to be set."""
    return Clock()


@pytest.fixture(scope="session")
async def serving() -> AsyncIterator[TestProvider]:
    """A provider that answers."""
    started = await TestProvider().start()
    try:
        yield started
    finally:
        await started.stop()


@pytest.fixture
def provider(serving: TestProvider) -> TestProvider:
    """The provider as each test finds it."""
    serving.reset(NOW)
    return serving


@pytest.fixture
async def spare() -> AsyncIterator[TestProvider]:
    """One that a test may stop."""
    started = await TestProvider().start()
    started.reset(NOW)
    try:
        yield started
    finally:
        await started.stop()


@pytest.fixture
async def opened(clock):
    """Makes the company's log-in of some settings."""
    every: list[CompanyLogIn] = []

    def make(settings) -> CompanyLogIn:
        every.append(CompanyLogIn(settings.checked(), clock))
        return every[-1]

    yield make
    for each in every:
        await each.close()


@pytest.fixture
def log_in(opened, provider):
    """That of a service which trusts the provider."""
    return opened(provider.settings())
