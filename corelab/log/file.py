"""The file of the log: one line of JSON per event, added at once, moved aside when it grows; several programs may write into it."""

import contextlib
import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

from corelab.log.events import EVENTS, checked

NAME = "corelab.jsonl"
LOG, REPORTS = "log", "reports"
"""Folders in this person's state folder."""
LARGEST = 1_000_000
KEPT = 4
"""Older files beside the one that is written: corelab.jsonl.1 is the youngest of them."""

_logger = logging.getLogger("corelab")
_logger.propagate = False
_logger.addHandler(logging.NullHandler())


class _File(logging.Handler):
    """Writes what ``tell`` has checked; a disk that refuses stops nobody's work."""

    def __init__(self, state: Path) -> None:
        super().__init__()
        self.state = state
        self.path = state / LOG / NAME

    def emit(self, record: logging.LogRecord) -> None:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields = getattr(record, "fields", {})
        line = {"at": at, "level": record.levelname.lower(), "process": record.process, "event": record.msg, **fields}
        with contextlib.suppress(OSError):
            self._turn_over()
            self._add(json.dumps(line) + "\n")

    def _add(self, line: str) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "ab", buffering=0) as file:
            file.write(line.encode())

    def _turn_over(self) -> None:
        if not self.path.is_file() or self.path.stat().st_size < LARGEST:
            return
        for n in range(KEPT, 0, -1):
            younger = self.path if n == 1 else self.path.with_name(f"{NAME}.{n - 1}")
            if younger.exists():
                younger.replace(self.path.with_name(f"{NAME}.{n}"))


def start(state: Path) -> None:
    """Write into this person's state folder from now on; where that cannot be, nothing is written."""
    stop()
    with contextlib.suppress(OSError):
        (state / LOG).mkdir(mode=0o700, parents=True, exist_ok=True)
        _logger.addHandler(_File(state))
        _logger.setLevel(logging.INFO)


def stop() -> None:
    for handler in _files():
        _logger.removeHandler(handler)


def tell(event: str, /, **fields: object) -> None:
    """Add an event. Raises LogRefusedError for an event, field or value that is not on the list."""
    values = checked(event, fields)
    _logger.log(EVENTS[event].level, event, extra={"fields": values})


def last_lines(number: int) -> tuple[str, ...]:
    """The last lines of this log, the oldest first."""
    with contextlib.suppress(OSError):
        return tuple(line for each in _files() for line in each.path.read_text(encoding="utf-8").splitlines()[-number:])
    return ()


def reports() -> Path | None:
    """Where reports of faults go; None before ``start``."""
    return next((each.state / REPORTS for each in _files()), None)


def _files() -> list[_File]:
    return [each for each in _logger.handlers if isinstance(each, _File)]
