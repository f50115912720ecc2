"""Records the output of a simulated rotation, at its host and in its store, and the secrets of its site."""

from collections.abc import Awaitable, Callable
from functools import wraps

from pydantic import BaseModel
from sqlalchemy import select

from certificates.parsed_certificate import ParsedCertificate
from sepm.rest.line import Answer
from store.schema.base import Base
from store.store import Store

_LINE = 40
"""So many characters of a key are not written by chance."""


class RecordedOutput:
    """What was stored or sent in one rotation, and the secrets of its site."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.secrets: set[str] = set()

    def hear(self, payload: BaseModel) -> None:
        """A request or an answer that would have been stored in a history."""
        self.texts.append(payload.model_dump_json())

    def at(self, activity: Callable[..., Awaitable[BaseModel]]) -> Callable[..., Awaitable[BaseModel]]:
        """The activity, with its requests and answers recorded."""

        @wraps(activity)
        async def heard(request: BaseModel) -> BaseModel:
            self.hear(request)
            answer = await activity(request)
            self.hear(answer)
            return answer

        return heard

    def hear_tokens(self, response: Answer) -> None:
        """SEPM's answer, where it holds a token."""
        if response.is_success and b'"token"' in response.content:
            answer = response.json()
            self.secrets |= {str(answer[name]) for name in ("token", "refreshToken") if answer.get(name)}

    def hear_key(self, made: ParsedCertificate) -> None:
        """A private key: each of its lines is one."""
        if made.key_pem is not None:
            self.secrets |= {line for line in made.key_pem.get_secret_value().split("\n") if len(line) > _LINE}

    async def read(self, store: Store) -> None:
        """Every row of every table, as it lies there."""
        async with store.database.read() as session:
            for table in Base.metadata.sorted_tables:
                rows = await session.execute(select(table))
                self.texts.extend(repr(tuple(row)) for row in rows)
