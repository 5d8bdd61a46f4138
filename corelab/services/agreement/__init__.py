"""Reader statistics of a file: its entries are checked all together, then answered one by one."""

import json
from pathlib import Path
from typing import Any

from corelab.services.agreement.answers import KINDS
from corelab.services.agreement.entry import Answer, Entry, short

__all__ = ["MOST_BYTES", "AgreementFileError", "NotAFileOfEntriesError", "answered", "of_file"]

MOST_BYTES = 16 * 1024 * 1024
_MOST_NAME = 200


class AgreementFileError(Exception):
    """The file cannot be answered. ``faults``: every one found, each with its place in the file; nothing was computed."""

    def __init__(self, path: Path, faults: tuple[str, ...]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.path, self.faults = path, faults


class NotAFileOfEntriesError(Exception):
    """A folder, a package or the address of a lab was given."""


def of_file(path: Path) -> list[dict[str, Any]]:
    """The answers in the order of the entries.

    The file holds an object with ``entries``, a list of entries, or one entry. Raises AgreementFileError with every fault,
    NotAFileOfEntriesError for a folder, package or address, OSError where it cannot be read.
    """
    faults: list[str] = []
    answers = [_checked(held, place, faults) for held, place in _entries(path, _read(path))]
    if faults:
        raise AgreementFileError(path, tuple(faults))
    return [answer() for answer in answers if answer is not None]


def answered(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers to entries that the program made itself. Raises ValueError where it made them wrong."""
    faults: list[str] = []
    answers = [_checked(held, f"entries[{n}]", faults) for n, held in enumerate(entries)]
    if faults:
        raise ValueError(faults)
    return [answer() for answer in answers if answer is not None]


def _read(path: Path) -> Any:
    if path.is_dir() or path.suffix == ".zip":
        raise NotAFileOfEntriesError
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise AgreementFileError(path, (f"the file is larger than {MOST_BYTES // 2**20} MiB",))
    try:
        return json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        fault = f"this is no JSON: line {error.lineno}, column {error.colno}"
    except UnicodeDecodeError as error:
        fault = f"this is no UTF-8 text: byte {error.start}"
    except ValueError:
        fault = "a number has too many digits"
    except RecursionError:
        fault = "the file is nested too deeply"
    raise AgreementFileError(path, (fault,))


def _entries(path: Path, held: Any) -> list[tuple[Any, str]]:
    if isinstance(held, dict) and "entries" not in held and "kind" in held:
        return [(held, "entry")]
    entries = held.get("entries") if isinstance(held, dict) else held
    if not isinstance(entries, list) or not entries:
        raise AgreementFileError(path, ('an object with "entries": [...] is needed, each entry with "name", "kind" and its data',))
    return [(entry, f"entries[{n}]") for n, entry in enumerate(entries)]


def _checked(held: Any, place: str, faults: list[str]) -> Answer | None:
    if not isinstance(held, dict):
        faults.append(f"{place}: an object is needed, not {short(held)}")
        return None
    name, kind = held.get("name"), held.get("kind")
    if not isinstance(name, str) or not 0 < len(name) <= _MOST_NAME:
        faults.append(f"{place}.name: a text of 1 to {_MOST_NAME} characters is needed, not {short(name)}")
    if not isinstance(kind, str) or kind not in KINDS:
        faults.append(f"{place}.kind: {short(kind)} is not known; one of {', '.join(KINDS)}")
        return None
    entry = Entry(held, place, [])
    compute = KINDS[kind](entry)
    faults.extend(entry.faults)
    return lambda: {"name": name, "kind": kind, **compute()}
