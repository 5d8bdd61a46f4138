"""The allow-list of a released clip, read from the shipped tables: what is not in it does not exist.

Actions: ``set`` our constant or a ``$name`` from the mark · ``keep_code`` one of the listed terms, per position ·
``keep_number`` finite and in the range (``*``: several), ``ratio`` two such ·
``uid``, ``date`` keyed · ``code_seq`` a code of the named list ·
``device`` a known product name · ``items`` a sequence whose items are rebuilt by the same table ·
``number_again``, ``pixel``, ``timing``, ``lossy``, ``claims``, ``code``: written by us.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from corelab.resources import resource

Path_ = tuple[int, ...]

OURS = frozenset({"set", "keep_code", "code_seq", "device", "claims", "pixel", "lossy", "code"})
"""Actions whose values come from our own lists, so that they cannot hold anything of the source's identity."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be written at one place. ``type`` is that of the IOD: 1 must have a value, 2 may be empty, 3 may be absent."""

    path: Path_
    tag: int
    keyword: str
    vr: str
    type: str
    action: str
    argument: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole rule set. ``version`` changes with any byte of the tables."""

    version: str
    rules: Mapping[Path_, tuple[Rule, ...]]
    devices: frozenset[tuple[str, str, str]]
    codes: Mapping[tuple[str, str, str], str]

    def rule(self, path: Path_, tag: int) -> Rule | None:
        return next((rule for rule in self.rules.get(path, ()) if rule.tag == tag), None)

    def allows(self, path: Path_, tag: int) -> bool:
        return self.rule(path, tag) is not None


@cache
def load_policy() -> Policy:
    """The shipped rule set."""
    folder = resource("deid")
    files = [folder / name for name in ("us_allow.csv", "devices.csv", "codes.csv")]
    digest = sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
    rules: dict[Path_, list[Rule]] = {}
    for row in _rows(files[0]):
        rule = _rule(row)
        rules.setdefault(rule.path, []).append(rule)
    return Policy(
        version=f"1-{digest[:12]}",
        rules=MappingProxyType({path: tuple(sorted(listed, key=lambda rule: rule.tag)) for path, listed in rules.items()}),
        devices=frozenset((row["manufacturer"], row["model"], row["software"]) for row in _rows(files[1])),
        codes=MappingProxyType({(row["list"], row["scheme"], row["value"]): row["meaning"] for row in _rows(files[2])}),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))


def _rule(row: Mapping[str, str]) -> Rule:
    path = tuple(int(tag, 16) for tag in row["path"].split("/") if tag)
    return Rule(path, int(row["tag"], 16), row["keyword"], row["vr"], row["type"], row["action"], row["argument"])
