"""From the bytes of a charter file to a charter, or to all its faults at once; and its content hash."""

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from corelab.domain.charter.faults import CharterError, Fault, Findings, Level
from corelab.domain.charter.meaning import check_meaning
from corelab.domain.charter.meant import as_meant
from corelab.domain.charter.model import Charter
from corelab.domain.charter.structure import read_structure

MAX_BYTES = 1024 * 1024
_MAX_DEPTH = 40
_AT = re.compile(r"\(at (.*)\)$")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a charter file. ``charter`` is None when a fault is an error."""

    charter: Charter | None
    faults: tuple[Fault, ...]


def load_charter(data: bytes) -> Charter:
    """The charter in these bytes. Raises CharterError with every fault of the file when one is an error."""
    checked = check_charter(data)
    if checked.charter is None:
        raise CharterError(checked.faults)
    return checked.charter


def approved_charter(data: bytes) -> Charter:
    """The charter in bytes that an earlier version of this program found sound: rules that came later keep no lab from being opened.

    Raises CharterError for a file whose shape cannot be used at all.
    """
    tree = _tree(data)
    findings = Findings(tree)
    charter = read_structure(tree, findings, content_hash=_hash(tree))
    if charter is None:
        raise CharterError(findings.in_file_order())
    return charter


def check_charter(data: bytes) -> Checked:
    """The charter, if it can be used, with its faults and warnings in file order. Raises nothing."""
    try:
        tree = _tree(data)
    except CharterError as error:
        return Checked(None, error.faults)
    findings = Findings(tree)
    charter = read_structure(tree, findings, content_hash=_hash(tree))
    meant = tree if charter is not None else as_meant(tree)
    if meant is not tree:
        read_structure(meant, findings, content_hash="")  # what stands in a table that was not known for what it is
    check_meaning(meant, findings)
    faults = findings.in_file_order()
    usable = charter if all(fault.level is Level.WARNING for fault in faults) else None
    return Checked(usable, faults)


def content_hash(data: bytes) -> str:
    """SHA-256 over the canonical tree: comments and layout do not change it, any value does. Raises CharterError."""
    return _hash(_tree(data))


def _hash(tree: dict[str, Any]) -> str:
    canonical = json.dumps(_normal(tree), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_iso)
    return hashlib.sha256(b"corelab charter 1\n" + canonical.encode()).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {unicodedata.normalize("NFC", key): _normal(part) for key, part in value.items()}
    return [_normal(part) for part in value] if isinstance(value, list) else value


def _iso(value: date | datetime | time) -> str:
    return value.isoformat()


def _tree(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise _unreadable("the file is larger than 1 MiB", found=f"{len(data)} bytes")
    try:
        tree = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _unreadable(f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise _unreadable("tables or arrays are nested too deeply") from error
    except ValueError as error:
        place = _AT.search(str(error))
        raise _unreadable("not TOML: " + _AT.sub("", str(error)).strip(), found=place.group(1) if place else None) from error
    _refuse_depth(tree)
    _refuse_format(tree)
    return tree


def _refuse_depth(tree: dict[str, Any]) -> None:
    """Measures without recursion, since dotted keys nest deeper than the parser recurses."""
    layer: list[Any] = [tree]
    for _ in range(_MAX_DEPTH):
        layer = [part for value in layer for part in _parts(value)]
    if layer:
        raise _unreadable("tables or arrays are nested too deeply", found=f"more than {_MAX_DEPTH} levels")


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse_format(tree: dict[str, Any]) -> None:
    found = tree.get("format")
    if found != 1 or isinstance(found, bool):
        raise CharterError([Fault("C00", "format", "unknown format version", None if found is None else str(found), ("1",))])


def _unreadable(message: str, *, found: str | None = None) -> CharterError:
    return CharterError([Fault("C00", "", message, found)])
