"""Bytes as a bad disk or a mischievous person hands them over."""

import random
from collections.abc import Iterator


def damaged(sound: bytes, count: int, seed: str) -> Iterator[bytes]:
    """Bits flipped, bytes lost, bytes added, parts doubled, ends cut; never the sound bytes themselves."""
    chance = random.Random(seed)  # noqa: S311 - the same damage every time
    made = 0
    while made < count:
        data = bytearray(sound)
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            _damage(data, chance)
        if data != sound:
            made += 1
            yield bytes(data)


def _damage(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data) + 1) if data else 0
    match chance.randrange(6):
        case 0 | 1 if place < len(data):
            data[place] ^= 1 << chance.randrange(8)
        case 2:
            del data[place:]
        case 3:
            del data[place : place + chance.randrange(1, 40)]
        case 4:
            data[place:place] = chance.randbytes(chance.randrange(1, 40))
        case _:
            data[place:place] = data[place : place + chance.randrange(1, 200)]
