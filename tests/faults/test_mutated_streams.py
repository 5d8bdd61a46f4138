"""Damaged JPEG streams through cleaning and masking: what comes out decodes as its source where it stays, and is black elsewhere."""

import random
from collections import Counter
from collections.abc import Callable
from functools import cache

import simplejpeg

from corelab.domain.intake import ObjectRefusedError
from corelab.imaging.container import JPEG_BASELINE, clean_jpeg
from corelab.imaging.dct import NotMaskableError, blackened, picture_of
from corelab.imaging.frames.jpeg import holds_rgb
from corelab.imaging.frames.stream import read_jpeg
from corelab.imaging.pixel_mask import Kept, Mask
from tests.faults.figures import Figures
from tests.jpeg_streams import COLOURED, GREY, a_frame

ROWS, COLUMNS = 45, 70
KEPT = (20, 17, 49, 30)


@cache
def sound() -> tuple[bytes, ...]:
    frame, grey = a_frame(3, rows=ROWS, columns=COLUMNS), a_frame(3, rows=ROWS, columns=COLUMNS, colour=False)
    return (*(make(frame) for make in COLOURED.values()), *(make(grey) for make in GREY.values()))


def damaged(stream: bytes, chance: random.Random) -> bytes:
    content = bytearray(stream)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at, length = chance.randrange(2, len(content)), chance.choice((1, 1, 2, 4, 30))
        match chance.randrange(5):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                content[at] ^= 1 << chance.randrange(8)
            case 2:
                del content[at : at + length]
            case 3:
                content[at:at] = content[at : at + length]
            case _:
                content[at : at + length] = bytes(chance.randrange(256) for _ in range(length))
    return bytes(content)


def end_of(stream: bytes) -> str:
    """How it ends; "differs" and "bright" are what the proof after masking would have to catch."""
    try:
        clean, shape = clean_jpeg(stream, JPEG_BASELINE)
        before = simplejpeg.decode_jpeg(clean, "RGB")
    except ObjectRefusedError:
        return "refused"
    except ValueError:
        return "undecodable"
    try:
        kept = Kept(shape.rows, shape.columns, (KEPT,), (), picture_of(clean).block)
        made = blackened(clean, kept.stays(), rgb=holds_rgb(read_jpeg(clean), "YBR_FULL"))
    except NotMaskableError:
        return "stored without loss"
    again, _ = clean_jpeg(made, JPEG_BASELINE)
    assert again == made
    mask, after = Mask.of(kept, "RGB"), simplejpeg.decode_jpeg(made, "RGB")
    if mask.proves(before, after):
        return "masked"
    return "bright" if mask.changes(after) else "differs"


def test_a_damaged_stream_is_masked_exactly_or_not_at_all(many: Callable[[int, int], int], figures: Figures) -> None:
    count, chance = many(2_000, 200_000), random.Random(51)  # noqa: S311 - repeatable damage, not a secret
    streams = sound()
    ends = Counter(end_of(damaged(streams[n % len(streams)], chance)) for n in range(count))
    figures.tell(injected=count)
    figures.tell_outcomes(ends)
    # "differs" and "bright" do come: a decoder makes something of headers that no encoder writes. The proof sees them, so no clip has them.
    assert ends["masked"] > count // 20
    assert ends["refused"] > 0
    assert ends["stored without loss"] > 0
    assert ends["differs"] + ends["bright"] < count // 20, ends


def test_the_sound_streams_are_masked() -> None:
    assert {end_of(stream) for stream in sound()} == {"masked"}
