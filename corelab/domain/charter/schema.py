"""A JSON Schema of the charter format, for editors: made from the tables themselves, so that it cannot differ from what is read."""

from collections.abc import Mapping
from typing import Any, Final

from corelab.domain.charter.model import Charter

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
"""What editors of TOML understand; nothing in the tables needs a later one."""
_TITLE: Final = "Imaging charter of corelab, format 1"
_WORDS: Final = "Shape only: what the parts mean together is checked by: corelab charter check FILE"
_NULL: Final = {"type": "null"}


def charter_schema() -> dict[str, Any]:
    """The schema as a document. TOML has no null, so no key may be null."""
    made = _plain(Charter.model_json_schema(by_alias=True))
    definitions = made.pop("$defs")
    del made["description"]
    return {"$schema": DIALECT, **made, "title": _TITLE, "description": _WORDS, "definitions": definitions}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if not isinstance(value, Mapping):
        return value.replace("#/$defs/", "#/definitions/") if isinstance(value, str) else value
    return _without_null({key: _part(key, part) for key, part in value.items() if not _needless(key, part)})


def _part(key: str, value: Any) -> Any:
    """Below ``properties`` every key is a name of the charter, also one that a schema knows as a word."""
    if key in {"properties", "$defs"}:
        return {name: _unnamed(_plain(part)) if key == "properties" else _plain(part) for name, part in value.items()}
    return _plain(value)


def _unnamed(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "title"}


def _needless(key: str, value: Any) -> bool:
    return key == "discriminator" or (key == "default" and value is None)


def _without_null(table: dict[str, Any]) -> dict[str, Any]:
    if _NULL not in table.get("anyOf", ()):
        return table
    choices = [choice for choice in table["anyOf"] if choice != _NULL]
    rest = {key: value for key, value in table.items() if key != "anyOf"}
    return {**rest, **choices[0]} if len(choices) == 1 else {**rest, "anyOf": choices}
