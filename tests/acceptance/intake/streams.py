"""Cases 19 to 23 and 27: words in compressed frames, in bits that nobody sees, in colour tables; and unusual JPEG."""

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import simplejpeg
from PIL import Image
from pydicom.dataset import Dataset

from tests.acceptance.intake.case import COLUMNS, REGION, ROWS, Case, End, Maker, Seed
from tests.acceptance.intake.objects import Frames, an_object, encapsulated, frames, jpeg, jpeg_object, painted, smooth
from tests.dicom_builders import file_bytes

C, R, EITHER = End.CLEANED, End.REFUSED, End.EITHER
_COUNT = frozenset({"FRAME_COUNT", "PIXEL_LENGTH", "TRAILING_BYTES", "TRUNCATED", "CONTAINER"})
_STREAM = frozenset({"CONTAINER", "DECODE", "TRANSFER_SYNTAX", "FRAME_COUNT"})
J2K, J2K_LOSSLESS, HTJ2K = "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201"
JPEG_LS, RLE, EXTENDED = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.51"


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _behind_start(marker: int, head: bytes = b"") -> Callable[[Seed, int, bytes], bytes]:
    """A segment with the words right behind the start of the image."""

    def change(seed: Seed, _number: int, stream: bytes) -> bytes:
        return stream[:2] + _segment(marker, head + f"{seed.word} {seed.number}".encode()) + stream[2:]

    return change


def _second_picture(seed: Seed, number: int, stream: bytes) -> bytes:
    hidden = stream[:2] + _segment(0xFE, seed.word.encode()) + stream[2:]
    return _behind_start(0xE2, b"MPF\0MM\0*")(seed, number, stream) + hidden


def _thumbnail(seed: Seed, _number: int, stream: bytes) -> bytes:
    """A JFIF head with a small picture in it, whose colours are the words."""
    words = seed.word.encode().ljust(12, b" ")
    head = b"JFIF\0\1\1\0\0\1\0\1\x02\x02" + words
    return stream[:2] + _segment(0xE0, head) + stream[4 + struct.unpack_from(">H", stream, 4)[0] :]


def _behind_end(seed: Seed, _number: int, stream: bytes) -> bytes:
    return stream + seed.word.encode()


def _rgb(frame: Frames) -> bytes:
    """RGB components with Adobe's segment, which says so."""
    return jpeg(frame, keep_rgb=True)


def _frames_that_nobody_declared(declared: int, syntax: str = "") -> Maker:
    def make(seed: Seed, path: Path) -> None:
        pixels = smooth(seed, count=4, samples=1)
        painted(pixels, seed.word, (20, 60), only=3)
        streams = [jpeg(frame) for frame in pixels]
        made = an_object(seed, pixels)
        data = encapsulated(
            made, [*streams[:3], _behind_start(0xFE)(seed, 3, streams[3])], "1.2.840.10008.1.2.4.50", photometric="MONOCHROME2"
        )
        told, wrong = (_number(n) for n in (4, declared))
        assert data.count(told) == 1
        path.write_bytes(data.replace(told, wrong))

    return make


def _number(count: int) -> bytes:
    return b"\x28\x00\x08\x00IS\x02\x00" + f"{count} ".encode()


def _longer(seed: Seed, path: Path) -> None:
    made = an_object(seed)
    made.PixelData += frames(seed, count=1).tobytes()[: -len(seed.number)] + seed.number.encode()
    path.write_bytes(file_bytes(made))


def _coded(encode: Callable[[Frames], bytes], change: Callable[[Seed, bytes], bytes], syntax: str, *, lossy: bool = False) -> Maker:
    def make(seed: Seed, path: Path) -> None:
        pixels = frames(seed, count=2)
        made = an_object(seed, pixels)
        made.LossyImageCompression = "01" if lossy else "00"
        path.write_bytes(encapsulated(made, [change(seed, encode(frame)) for frame in pixels], syntax, photometric="MONOCHROME2"))

    return make


def _two(seed: Seed) -> Frames:
    return frames(seed, count=2)


def _j2k(frame: Frames) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True))


def _j2k_comment(seed: Seed, stream: bytes) -> bytes:
    at = stream.index(b"\xff\x52")
    return stream[:at] + _segment(0x64, b"\0\1" + seed.word.encode()) + stream[at:]


def _jp2_boxes(seed: Seed, stream: bytes) -> bytes:
    def box(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", 8 + len(body)) + name + body

    header = box(b"ihdr", struct.pack(">IIHBBBB", ROWS, COLUMNS, 1, 7, 7, 0, 0)) + box(b"colr", b"\1\0\0" + struct.pack(">I", 17))
    words = box(b"xml ", f"<p>{seed.word}</p>".encode()) + box(b"uuid", b"\1" * 16 + seed.number.encode())
    return box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + box(b"jp2h", header) + words + box(b"jp2c", stream)


def _jpeg_ls(frame: Frames) -> bytes:
    return bytes(imagecodecs.jpegls_encode(frame))


def _jpeg_ls_words(seed: Seed, stream: bytes) -> bytes:
    return stream[:2] + _segment(0xFE, seed.word.encode()) + _segment(0xE8, b"mrfx" + seed.number.encode()) + stream[2:]


def _htj2k(frame: Frames) -> bytes:
    return bytes(imagecodecs.htj2k_encode(frame))


def _rle(frame: Frames) -> bytes:
    segment = bytes(imagecodecs.packbits_encode(frame))
    return struct.pack("<16I", 1, 64, *[0] * 14) + segment + b"\0" * (len(segment) % 2)


def _rle_pad(seed: Seed, stream: bytes) -> bytes:
    words = seed.number.encode()
    return stream + words


def _rle_head(seed: Seed, stream: bytes) -> bytes:
    return stream[:52] + seed.number.encode() + stream[64:]


# ---------------------------------------------------------------- bits and tables


def _upper_bits(seed: Seed, path: Path) -> None:
    """8 of 16 bits are the picture's; the upper bytes spell the words, as an overlay of old did."""
    pixels = frames(seed)
    wide = pixels.astype("<u2")
    words = np.frombuffer(f"{seed.word}{seed.number}".encode(), np.uint8).astype("<u2")
    wide.reshape(-1)[: len(words)] |= words << 8
    wide[:, 40, 20 : 20 + len(words)] |= words << 8
    made = an_object(seed, pixels)
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 8, 7
    made.PixelData = wide.tobytes()
    made["PixelData"].VR = "OW"
    path.write_bytes(file_bytes(made))


def _overlay_bits(seed: Seed, path: Path) -> None:
    pixels = frames(seed)
    drawn = np.zeros_like(pixels)
    painted(drawn, seed.word, (20, 60))
    made = an_object(seed, pixels)
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 8, 7
    made.PixelData = (pixels.astype("<u2") | (drawn > 0).astype("<u2") << 8).tobytes()
    made["PixelData"].VR = "OW"
    for number, (vr, value) in {0x10: ("US", ROWS), 0x11: ("US", COLUMNS), 0x100: ("US", 16), 0x102: ("US", 8)}.items():
        made.add_new(0x60000000 | number, vr, value)
    path.write_bytes(file_bytes(made))


def _palette(made: Dataset, reds: list[int]) -> None:
    made.PhotometricInterpretation = "PALETTE COLOR"
    for colour in ("Red", "Green", "Blue"):
        setattr(made, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(made, f"{colour}PaletteColorLookupTableData", struct.pack("<256H", *(value << 8 for value in reds)))


def _look_alikes(seed: Seed, path: Path) -> None:
    """The word is drawn with an index whose colour is that of the ground: only the indices tell it."""
    pixels = np.full((3, ROWS, COLUMNS), 100, np.uint8)
    painted(pixels, seed.word, (20, 60), level=101)
    pixels[:, 20:30, 20:100] = frames(seed)[:, 20:30, 20:100] // 2
    made = an_object(seed, pixels)
    _palette(made, [100 if index == 101 else index for index in range(256)])
    path.write_bytes(file_bytes(made))


def _segmented(seed: Seed, path: Path) -> None:
    made = an_object(seed)
    _palette(made, list(range(256)))
    for colour in ("Red", "Green", "Blue"):
        delattr(made, f"{colour}PaletteColorLookupTableData")
        words = struct.pack("<3H", 0, 1, 0) + struct.pack("<3H", 1, 255, 0xFF00)
        setattr(made, f"Segmented{colour}PaletteColorLookupTableData", words)
    path.write_bytes(file_bytes(made))


def _padding_value(seed: Seed, path: Path) -> None:
    made = an_object(seed)
    made.PixelPaddingValue, made.PixelPaddingRangeLimit = 0, 5
    _palette(made, list(range(256)))
    made.RedPaletteColorLookupTableData = seed.number.encode() + made.RedPaletteColorLookupTableData[len(seed.number) :]
    path.write_bytes(file_bytes(made))


# ---------------------------------------------------------------- unusual JPEG


def _marker(to: int) -> Callable[[Seed, int, bytes], bytes]:
    """Another process than the stream really has: what the frame header says decides."""

    def change(_seed: Seed, _number: int, stream: bytes) -> bytes:
        at = stream.index(b"\xff\xc0")
        return stream[: at + 1] + bytes([to]) + stream[at + 2 :]

    return change


def _twelve_bit(frame: Frames) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(frame.astype(np.uint16) << 4, level=92, bitspersample=12))


def _cmyk(frame: Frames) -> bytes:
    out = BytesIO()
    Image.fromarray(frame).convert("CMYK").save(out, "JPEG", quality=92)
    return out.getvalue()


def _without_adobe(seed: Seed, number: int, stream: bytes) -> bytes:
    at = stream.index(b"\xff\xee")
    return stream[:at] + stream[at + 2 + struct.unpack_from(">H", stream, at + 2)[0] :]


def _sampled(how: str) -> Callable[[Frames], bytes]:
    return lambda frame: bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(frame), colorspace="RGB", quality=92, colorsubsampling=how))


def _one_scan_each(frame: Frames) -> bytes:
    """Three components, each in a scan of its own: made of three grey pictures with the same tables."""
    greys = [jpeg(np.ascontiguousarray(frame[..., channel])) for channel in range(3)]
    head, scans = greys[0][: greys[0].index(b"\xff\xda")], []
    for number, grey in enumerate(greys, 1):
        at = grey.index(b"\xff\xda")
        scans.append(b"\xff\xda\x00\x08\x01" + bytes([number]) + b"\x00\x00\x3f\x00" + grey[at + 10 : -2])
    at = head.index(b"\xff\xc0")
    start = b"\xff\xc0\x00\x11\x08" + head[at + 5 : at + 9] + b"\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00"
    return head[:at] + start + head[at + 13 :] + b"".join(scans) + b"\xff\xd9"


def _tables_twice(_seed: Seed, _number: int, stream: bytes) -> bytes:
    at = stream.index(b"\xff\xc4")
    table = stream[at : at + 2 + struct.unpack_from(">H", stream, at + 2)[0]]
    return stream[:at] + table + stream[at:]


def _unusual(letter: str, what: str, **how: object) -> tuple[Case, Case]:
    """Once with nothing to mask, so that the frames stay compressed; once with a mask."""
    kept: Maker = jpeg_object(**how)  # type: ignore[arg-type]
    masked: Maker = jpeg_object(**how, mask=True)  # type: ignore[arg-type]
    return (
        Case(f"27{letter}1", f"{what}; nothing to mask", EITHER, kept, _STREAM),
        Case(f"27{letter}2", f"{what}; masked", EITHER, masked, _STREAM),
    )


def _segments(letter: str, what: str, change: Callable[[Seed, int, bytes], bytes], **how: object) -> tuple[Case, Case]:
    return (
        Case(f"19{letter}1", f"{what}; nothing to mask", C, jpeg_object(change, **how)),  # type: ignore[arg-type]
        Case(f"19{letter}2", f"{what}; masked", C, jpeg_object(change, mask=True, **how)),  # type: ignore[arg-type]
    )


CASES = (
    *_segments("a", "JPEG comment", _behind_start(0xFE)),
    *_segments("b", "EXIF", _behind_start(0xE1, b"Exif\0\0")),
    *_segments("c", "XMP", _behind_start(0xE1, b"http://ns.adobe.com/xap/1.0/\0")),
    *_segments("d", "IPTC", _behind_start(0xED, b"Photoshop 3.0\0")),
    *_segments("e", "description of a colour profile", _behind_start(0xE2, b"ICC_PROFILE\0\1\1desc")),
    *_segments("f", "thumbnail in the JFIF head", _thumbnail),
    *_segments("g", "second picture behind the first", _second_picture),
    *_segments("h", "bytes behind the end of the image", _behind_end),
    *_segments(
        "i", "comment beside Adobe's segment, which decides about colour", _behind_start(0xFE), colour=True, encode=_rgb, photometric="RGB"
    ),
    Case("20a", "a frame more than declared, with words in it", R, _frames_that_nobody_declared(3), _COUNT),
    Case("20b", "frames fewer than declared", R, _frames_that_nobody_declared(6), _COUNT),
    Case("20c", "uncompressed pixels for a frame more than declared", R, _longer, _COUNT),
    Case("21a", "comment in JPEG 2000", C, _coded(_j2k, _j2k_comment, J2K_LOSSLESS), source=_two),
    Case("21b", "XML and UUID boxes around JPEG 2000", C, _coded(_j2k, _jp2_boxes, J2K_LOSSLESS), source=_two),
    Case("21c", "comment and application segment in JPEG-LS", C, _coded(_jpeg_ls, _jpeg_ls_words, JPEG_LS), source=_two),
    Case("21d", "comment in high-throughput JPEG 2000", C, _coded(_htj2k, _j2k_comment, HTJ2K), source=_two),
    Case("21e", "bytes behind the runs of RLE", C, _coded(_rle, _rle_pad, RLE), source=_two),
    Case("21f", "bytes in the unused head of RLE", EITHER, _coded(_rle, _rle_head, RLE), _STREAM, source=_two),
    Case("22a", "words in the unused upper bits", C, _upper_bits),
    Case("22b", "overlay in the unused upper bits", C, _overlay_bits),
    Case("23a", "word in indices of one colour", C, _look_alikes, text=(20, 50, 60, 60), pixels=False),
    Case("23b", "segmented palette", EITHER, _segmented, frozenset({"DECODE", "CONTAINER", "TRANSFER_SYNTAX"}), pixels=False),
    Case("23c", "words in a palette; padding value", C, _padding_value, pixels=False),
    *_unusual("a", "restart markers", colour=True, encode=lambda frame: jpeg(frame, restart_marker_blocks=2)),
    *_unusual("b", "progressive", colour=True, encode=lambda frame: jpeg(frame, progressive=True), syntax=EXTENDED),
    *_unusual("c", "arithmetic coding", change=_marker(0xC9)),
    *_unusual("d", "12 bit", encode=_twelve_bit, syntax=EXTENDED),
    *_unusual("e", "four colours (CMYK)", colour=True, encode=_cmyk),
    *_unusual("f", "RGB that does not say so", colour=True, encode=_rgb, change=_without_adobe, photometric="RGB"),
    *_unusual("g", "colour halved in height only (4:4:0)", colour=True, encode=_sampled("440")),
    *_unusual("h", "each colour in a scan of its own", colour=True, encode=_one_scan_each),
    *_unusual("i", "Huffman tables twice", colour=True, change=_tables_twice),
)
assert REGION[0] % 16 == 0
