"""Files of every coding, cut off and overwritten at seeded places: each is answered, frame by frame, and no error comes out."""

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from corelab.imaging.benchmark import SYNTAXES, clip
from corelab.imaging.inspection import inspect
from tests.picture_files import saved
from tests.video_files import SYNTAX, stream, video

STILL = tuple(name for name in SYNTAXES if name != "mpeg2")
PLACES = 40


@cache
def sound(name: str) -> bytes:
    if name in SYNTAX:
        return video(stream(name), SYNTAX[name])
    with TemporaryDirectory() as folder:
        clip(Path(folder) / "sound.dcm", 2, (160, 120), SYNTAXES[name])
        return (Path(folder) / "sound.dcm").read_bytes()


def cut_off(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def overwritten(content: bytearray, chance: random.Random) -> None:
    at, size = chance.randrange(len(content)), chance.choice((1, 2, 40))
    content[at : at + size] = chance.randbytes(size)


def flipped(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 8))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


@pytest.mark.parametrize("damage", [cut_off, overwritten, flipped])
@pytest.mark.parametrize("name", [*STILL, *SYNTAX])
def test_damage_is_answered(tmp_path: Path, name: str, damage: Callable[[bytearray, random.Random], None]) -> None:
    chance = random.Random(f"{name} {damage.__name__}")  # noqa: S311 - repeatable damage, not a secret
    for _ in range(PLACES):
        content = bytearray(sound(name))
        damage(content, chance)
        answer = inspect(saved(tmp_path, bytes(content)), frames=True)
        assert answer["frames_readable"] == sum(digest is not None for digest in answer["frame_sha256"])
        assert answer["frames_found"] >= answer["frames_readable"]
        assert answer["frames_readable"] or not answer["readable"]
