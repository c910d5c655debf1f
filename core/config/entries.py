"""What every shape of a configuration file shares: strictness, types of values, and messages people can act on.

A shape is a pydantic model (``Entry``), used for checking and for the JSON Schema. pydantic's errors are put into our
own words here, and no message repeats a value that might be a secret.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from inspect import isclass
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    WithJsonSchema,
)
from pydantic import model_validator as _model_validator
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from core.config.yamlfile import Path, YamlFile, nearest, shown


class Entry(BaseModel):
    """A mapping in a file. ``WHAT`` names it in messages; a key without a value counts as not given."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, hide_input_in_errors=True, validate_by_name=True
    )
    WHAT: ClassVar[str] = "this file"

    @_model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        known = _fields(cls)
        return {key: entry for key, entry in value.items() if entry is not None or key not in known}


AnyEntry = TypeVar("AnyEntry", bound=Entry)


def check(model: type[AnyEntry], value: object, at: Path, found: YamlFile) -> AnyEntry | None:
    """The value as that shape, or None after every fault in it has been noted in ``found``."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            message, suggestion, place = _explain(model, detail)
            found.fault(at + place, message, suggestion)
        return None


def refusal(message: str, suggestion: str | None = None) -> PydanticCustomError:
    """For value types: the key's name is put in front of the message."""
    return PydanticCustomError("onrecord", "{message}", {"message": message, "suggestion": suggestion})


# --- messages ----------------------------------------------------------------------------------------------------


def _explain(model: type[Entry], detail: ErrorDetails) -> tuple[str, str | None, Path]:
    place: Path = tuple(detail["loc"])
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        owner = _model_at(model, place[:-1])
        key = str(place[-1])
        return f"unknown key {shown(key)} in {owner.WHAT}", nearest(key, _fields(owner)), place
    if kind == "missing":
        return f"{_model_at(model, place[:-1]).WHAT} needs {shown(place[-1])}", None, place[:-1]
    label = _label(model, place)
    if kind == "literal_error":
        expected = context["expected"].replace(" or False", "").replace("True", "true").strip("'")
        return f"{label} must be {expected}, not {_described(given)}", None, place
    if kind == "onrecord":
        return f"{label} {context['message']}", context["suggestion"], place
    wanted = _WANTED.get(kind)
    if wanted is None:
        return f"{label}: {detail['msg'][:1].lower()}{detail['msg'][1:]}", None, place
    message = wanted.format(**context)
    if kind in ("string_too_short", "string_too_long", "too_short", "too_long"):
        return f"{label} {message}", None, place
    return f"{label} must be {message}, not {_described(given)}", _instead(kind, given), place


_WANTED = {
    "model_type": "keys and values (key: value)",
    "model_attributes_type": "keys and values (key: value)",
    "dict_type": "keys and values (key: value)",
    "list_type": "a list",
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a number with an end",
    "greater_than_equal": "at least {ge:g}",
    "greater_than": "more than {gt:g}",
    "less_than_equal": "at most {le:g}",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long (limit {max_length} characters)",
    "too_short": "must not be empty",
    "too_long": "has too many entries (limit {max_length})",
}


def _described(given: object) -> str:
    if isinstance(given, dict):
        return "keys and values"
    if isinstance(given, list):
        return "a list"
    if isinstance(given, bool):
        return shown(given)
    return f"the number {given}" if isinstance(given, int | float) else shown(given)


def _instead(kind: str, given: object) -> str | None:
    if kind == "bool_type" and isinstance(given, str):
        return {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(given.casefold())
    if kind == "string_type" and isinstance(given, int | float) and not isinstance(given, bool):
        return f'"{given}"'
    if kind == "list_type" and isinstance(given, str):
        return f"[{given}]"
    return None


def _label(model: type[Entry], place: Path) -> str:
    """What a path names: its keys since the last list, with dots between them."""
    lists = [position for position, step in enumerate(place[:-1]) if isinstance(step, int)]
    names = [str(step) for step in place[lists[-1] + 1 if lists else 0 :] if isinstance(step, str)]
    if not names:
        return _model_at(model, place).WHAT
    entry = "an entry of " if isinstance(place[-1], int) else ""
    return f"{entry}{shown('.'.join(names))}"


def _fields(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[Entry], place: Path) -> type[Entry]:
    """The shape a path inside another shape leads to; list positions and keys of free mappings change nothing."""
    for step in place:
        field = next((f for name, f in model.model_fields.items() if step in (name, f.alias)), None)
        inner = _entry_in(field.annotation) if field else None
        model = inner or model
    return model


def _entry_in(annotation: Any) -> type[Entry] | None:
    if isclass(annotation) and issubclass(annotation, Entry):
        return annotation
    return next((inner for part in get_args(annotation) if (inner := _entry_in(part))), None)


# --- types of values ---------------------------------------------------------------------------------------------


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _not_empty(text: str) -> str:
    if not text:
        raise refusal("must not be empty")
    if len(text) > 2_000:
        raise refusal(f"is too long ({len(text):,} characters, limit 2,000)")
    return text


Text = Annotated[str, AfterValidator(_tidy), AfterValidator(_not_empty)]
"""One line of text: NFC, white space folded, not empty."""


def choice(*values: str) -> AfterValidator:
    """The text must be one of these."""
    values = tuple(str(value) for value in values)  # members of an enumeration as plain words

    def one_of(text: str) -> str:
        if text not in values:
            raise refusal(f"must be one of {', '.join(values)}, not {shown(text)}", nearest(text, values))
        return text

    return AfterValidator(one_of)


def choice_schema(*values: str) -> WithJsonSchema:
    """The same for editors."""
    return WithJsonSchema({"type": "string", "enum": [str(value) for value in values]})


def pattern(expression: str, meaning: str, guess: Callable[[str], str | None] | None = None) -> AfterValidator:
    """The whole text must match; ``meaning`` completes "must be …", ``guess`` makes a suggestion of a bad one."""
    compiled = re.compile(expression)

    def matching(text: str) -> str:
        if not compiled.fullmatch(text):
            meant = guess(text) if guess else None
            is_sound = meant is not None and compiled.fullmatch(meant) is not None
            raise refusal(f"must be {meaning}, not {shown(text)}", meant if is_sound else None)
        return text

    return AfterValidator(matching)


def slug(text: str) -> str:
    """A name in plain letters, digits and hyphens; empty where it holds none (a name in Chinese, say)."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")


Name = Annotated[
    str,
    pattern(r"[a-z0-9][a-z0-9-]{0,79}", "small letters, digits and hyphens", lambda text: slug(text) or None),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,79}$"}),
]
"""An identifier people type: ``thermo-fisher``."""

Lang = Annotated[
    str,
    pattern(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", "a language code such as en, de or zh-Hant", lambda t: t.lower()),
    WithJsonSchema({"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"}),
]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=366)


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"([0-9]{1,7})([smhdw])", value) if isinstance(value, str) else None
    if found is None:
        raise refusal(f"must be a time such as 30m, 6h or 7d, not {_described(value)}", _duration_meant(value))
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not timedelta(0) < length <= _LONGEST:
        raise refusal(f"must be more than nothing and at most 366d, not {shown(value)}")
    return length


def parse_duration(text: str) -> timedelta | None:
    """``7d`` as people type it on a command line; None for what is no length of time, or one that is too long."""
    try:
        return _duration(text)
    except PydanticCustomError:
        return None


def _duration_meant(value: object) -> str | None:
    loose = re.fullmatch(r"\s*([0-9]{1,7})\s*([smhdw])[a-z]*\.?\s*", value.lower()) if isinstance(value, str) else None
    return f"{loose[1]}{loose[2]}" if loose else None


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,7}[smhdw]$"}),
]
"""A length of time: ``90s``, ``30m``, ``6h``, ``7d``, ``2w``."""


@dataclass(frozen=True, slots=True)
class OneOrMore:
    """For lists: a single text (or what else ``sorts`` names) stands for a list of one, in the file and in the JSON Schema."""

    sorts: tuple[type, ...] = (str,)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: [value] if isinstance(value, self.sorts) else value, handler(source)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        listed = handler(schema)
        return {"anyOf": [listed.get("items", {"type": "string"}), listed]}
