"""The schema that editors use: every full charter fits it, and what the program refuses as a shape does not."""

import tomllib
from typing import Any

import jsonschema
import pytest

from corelab.domain.charter.schema import charter_schema
from corelab.resources import resource
from tests.charter_builders import DVT, PORTAL, full

SCHEMA = charter_schema()


def fits(text: str) -> bool:
    return bool(jsonschema.Draft7Validator(SCHEMA).is_valid(tomllib.loads(text)))


def test_it_is_a_schema_of_its_dialect() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].startswith("http://json-schema.org/draft-07/")


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_a_full_charter_fits(name: str) -> None:
    assert [error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(tomllib.loads(full(name)))] == []


def test_every_shipped_charter_fits() -> None:
    shipped = list(resource("charters").glob("*.toml"))
    assert shipped
    assert all(fits(file.read_text(encoding="utf-8")) for file in shipped)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('label = "Diagnostic"', 'label = "Diagnostic"\ncolour = "red"'),
        ('language = "en"\n', ""),
        ('use = "core"', 'use = "main"'),
        ('version = "1.0.0"', 'version = "1.0"'),
        ("readers = 2", 'readers = "2"'),
        ("repeat_share = 0.05", "repeat_share = 0.7"),
        ('function = "worst"', 'function = "worse"'),
        ('score = "NE"', 'score = "NI"'),
        ('match = "all", op = "eq"', 'match = "all", op = "like"'),
        ("fires_when = { fact", "fires_when = { fakt"),
    ],
)
def test_a_wrong_shape_does_not_fit(old: str, new: str) -> None:
    assert old in full(DVT)
    assert not fits(full(DVT).replace(old, new, 1))


def test_no_key_may_be_null_and_every_definition_is_used() -> None:
    def parts(value: Any) -> list[Any]:
        inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        return [value, *(part for one in inner for part in parts(one))]

    assert {"type": "null"} not in parts(SCHEMA)
    named = {f"#/definitions/{name}" for name in SCHEMA["definitions"]}
    assert {part["$ref"] for part in parts(SCHEMA) if isinstance(part, dict) and isinstance(part.get("$ref"), str)} == named
