"""A text that must never be seen: tokens, passwords, webhook addresses, database addresses with a password in them."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any, NoReturn

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

HIDDEN = "***"


class Secret:
    """Prints as ``***`` wherever it is printed: repr, str, f-strings, pydantic's JSON. Cannot be pickled.

    Deliberately not a ``str``: ``json.dumps`` refuses it, and a type checker sees every place that needs ``reveal``.
    """

    __slots__ = ("_hidden",)

    def __init__(self, text: str) -> None:
        self._hidden = text

    def reveal(self) -> str:
        """The text itself: only for the call that hands it to the service it belongs to."""
        return self._hidden

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __bool__(self) -> bool:
        return bool(self._hidden)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and compare_digest(self._hidden.encode(), other._hidden.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._hidden))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        hide = core_schema.plain_serializer_function_ser_schema(
            lambda _secret: HIDDEN, return_schema=core_schema.str_schema()
        )
        return core_schema.is_instance_schema(cls, serialization=hide)
