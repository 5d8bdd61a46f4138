"""Texts from outside: checkpoints, codes, manifests, headers. Whatever stands in them, they mean what they say or are refused."""

import json
import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from corelab.domain import audit
from corelab.domain.checkpoint import Checkpoint, CheckpointRefusedError, CheckpointSignature, parse_checkpoint
from corelab.domain.record_errors import CodeRefusedError
from corelab.export.manifest import MANIFEST
from corelab.services.labs import DATABASE
from corelab.services.packages.checking import verify_package
from corelab.storage.codes import code_for, data_of
from tests.faults.damage import damaged
from tests.faults.figures import Figures
from tests.faults.forging import forgeable, rows

LAB, ACCOUNT = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000b1"
CHECKPOINT = Checkpoint(LAB, 2, "ab" * 32, "DEMO-01", "2026-01-12T18:00:00.000Z", CheckpointSignature(ACCOUNT, b"hint", b"s" * 64))


def test_a_damaged_checkpoint_is_refused_or_says_what_stands_there(many: Callable[[int, int], int], figures: Figures) -> None:
    count, other = many(2_000, 100_000), []
    assert parse_checkpoint(CHECKPOINT.text) == CHECKPOINT
    for data in damaged(CHECKPOINT.text.encode(), count, "checkpoint"):
        text = data.decode("utf-8", "replace")
        try:
            found = parse_checkpoint(text)
        except CheckpointRefusedError:
            continue
        if found.text.split("\n") != [*text.replace("\r\n", "\n").removesuffix("\n").split("\n"), ""]:
            other.append(text)
    figures.tell(injected=count, undetected=len(other))
    assert not other


def test_a_mistyped_recovery_code_is_refused(many: Callable[[int, int], int], figures: Figures) -> None:
    """Four check characters let one in a million slip; a wrong code still opens nothing."""
    count, other = many(2_000, 100_000), []
    secret = bytes(range(0xC0, 0xD4))
    code = code_for(secret)
    for data in damaged(code.encode(), count, "code"):
        try:
            found = data_of(data.decode("utf-8", "replace"), len(secret))
        except CodeRefusedError:
            continue
        if found != secret:
            other.append(data)
    figures.tell(injected=count, undetected=len(other))
    assert len(other) <= count // 50_000


# ---------------------------------------------------------------- manifests


def _manifests(count: int) -> Iterator[bytes]:
    """Broken JSON, and whole JSON that says absurd things."""
    whole: dict[str, Any] = {"files": [{"bytes": 3, "path": "a.csv", "rows": None, "sha256": "0" * 64}], "approval": {"document": {}}}
    absurd: list[Any] = [
        None,
        1e999,
        -1,
        "",
        "../a",
        "/etc/passwd",
        "a" * 5000,
        "a\0b",
        "\ud800",
        [],
        {},
        [[]] * 3,
        10**40,
        "con",
        "a//b",
        True,
    ]
    chance = random.Random("manifest")  # noqa: S311 - the same ones every time
    yield b"[" * 100_000
    yield from islice(damaged(json.dumps(whole).encode(), count, "manifest"), count // 2)
    for _ in range(count - count // 2 - 1):
        made = json.loads(json.dumps(whole))
        place = chance.choice((made, made["files"][0], made["approval"]))
        place[chance.choice(list(place))] = chance.choice(absurd)
        yield json.dumps(made).encode()


def test_a_package_with_any_manifest_is_told_as_faulty(tmp_path: Path, many: Callable[[int, int], int], figures: Figures) -> None:
    count, taken = many(1_000, 50_000), 0
    (tmp_path / "a.csv").write_bytes(b"x,y")
    for manifest in _manifests(count):
        (tmp_path / MANIFEST).write_bytes(manifest)
        taken += verify_package(tmp_path).ok
    figures.tell(injected=count, undetected=taken)
    assert not taken


# ---------------------------------------------------------------- headers of events


def test_a_damaged_header_of_an_event_is_found(office: Path, tmp_path: Path, many: Callable[[int, int], int], figures: Figures) -> None:
    """Each damaged column of a header must give another hash, or none at all."""
    with forgeable(office / DATABASE) as file:
        events = rows(file, "event")
        lab = file.execute("SELECT lab_id FROM lab").fetchone()[0]
    count, same = many(2_000, 100_000), 0
    chance = random.Random("headers")  # noqa: S311 - the same ones every time
    for _ in range(count):
        event = dict(chance.choice(events))
        stored = event.pop("hash")
        name = chance.choice(list(event))
        event[name] = _otherwise(event[name], chance)
        try:
            same += audit.Header(lab=lab, **event).hash == stored
        except audit.NotCanonicalError:
            continue
    figures.tell(injected=count, undetected=same)
    assert not same


def _otherwise(value: object, chance: random.Random) -> object:
    """Another value, of the same kind or of none that a header has."""
    others: tuple[object, ...] = (None, 0, -1, "", 1.5, b"x", "\ud800", f"{value}\u0301", 2**60, [value], float("nan"), f"{value} ")
    return next(other for other in chance.sample(others, len(others)) if other != value)
