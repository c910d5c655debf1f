"""A secret is seen nowhere it was not asked for."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from dataclasses import dataclass

import pytest
from pydantic import BaseModel

from core.config.secret import Secret

TEXT = "xoxb-hunter2"


@dataclass(frozen=True, slots=True)
class Holder:
    token: Secret


class Model(BaseModel):
    token: Secret


def test_it_is_revealed_only_when_asked() -> None:
    assert Secret(TEXT).reveal() == TEXT


@pytest.mark.parametrize(
    "printed",
    [
        repr(Secret(TEXT)),
        str(Secret(TEXT)),
        f"{Secret(TEXT)}",
        f"{Secret(TEXT)!r}",
        "%s" % Secret(TEXT),  # noqa: UP031 (this way of printing is what is tested)
        json.dumps(Secret(TEXT), default=str).strip('"'),
        Model(token=Secret(TEXT)).model_dump()["token"],
        json.loads(Model(token=Secret(TEXT)).model_dump_json())["token"],
    ],
)
def test_however_it_is_printed(printed: str) -> None:
    assert printed == "***"


def test_inside_other_values() -> None:
    assert repr(Holder(Secret(TEXT))) == "Holder(token=***)"
    assert repr(Model(token=Secret(TEXT))) == "Model(token=***)"
    assert f"{Secret(TEXT):>6}" == "   ***"


def test_plain_json_refuses_it() -> None:
    with pytest.raises(TypeError, match="Secret is not JSON serializable"):
        json.dumps({"token": Secret(TEXT)})


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="a secret cannot be pickled"):
        pickle.dumps(Holder(Secret(TEXT)), protocol)


def test_a_copy_is_the_same_secret() -> None:
    secret = Secret(TEXT)
    assert copy.copy(secret) is secret
    assert copy.deepcopy(Holder(secret)).token is secret


def test_it_has_no_dictionary_to_look_into() -> None:
    with pytest.raises(TypeError):
        vars(Secret(TEXT))


def test_logs_and_tracebacks(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(TEXT)
    with caplog.at_level(logging.INFO):
        logging.getLogger("x").info("token %s %r", secret, Holder(secret))
    try:
        raise ValueError(f"bad token {secret}")
    except ValueError as error:
        lines = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "hunter2" not in caplog.text
    assert "hunter2" not in lines


def test_two_secrets_can_be_compared() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert not Secret("")
