"""Writes coefficients as one sequential scan of Huffman codes (ITU-T T.81 annex F), with the tables of its annex K."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corelab.imaging.dct.huffman import Table
from corelab.imaging.dct.structure import NotMaskableError, Picture, Structure

Coefficients = list[NDArray[np.int16]]
"""Of each component: rows and columns of blocks, filled up to whole MCUs, by 64 in zigzag order."""
Ints = NDArray[np.int64]

_DC = (
    Table.of(tuple(bytes.fromhex("00010501010101010100000000000000")), bytes(range(12))),
    Table.of(tuple(bytes.fromhex("00030101010101010101010000000000")), bytes(range(12))),
)
_AC = (
    Table.of(
        tuple(bytes.fromhex("0002010303020403050504040000017d")),
        bytes.fromhex(
            "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a34353637"
            "38393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3"
            "a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
        ),
    ),
    Table.of(
        tuple(bytes.fromhex("00020102040403040705040400010277")),
        bytes.fromhex(
            "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a3536"
            "3738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999a"
            "a2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
        ),
    ),
)
_EXTENDED, _SOS = 0xC1, 0xDA
_DHT, _DRI = b"\xff\xc4", b"\xff\xdd"


@dataclass(frozen=True, slots=True)
class _Items:
    """Codes with their amplitudes: ``value`` of ``length`` bits each, to be written in the order of ``place``."""

    place: Ints
    value: Ints
    length: Ints


def sequential_stream(source: Structure, coefficients: Coefficients) -> bytes:
    """The picture of ``source`` with these coefficients: its header segments but for Huffman tables and restarts, and one scan."""
    picture = source.picture
    kept = [part for part in source.parts if isinstance(part, bytes) and part[:2] not in {_DHT, _DRI}]
    headers = [bytes([0xFF, _EXTENDED]) + part[2:] if 0xC0 <= part[1] <= 0xC2 else part for part in kept]
    tables = b"".join(_DC[n].segment(0, n) + _AC[n].segment(1, n) for n in range(min(2, len(picture.components))))
    return b"\xff\xd8" + b"".join(headers) + tables + _scan_header(picture) + _scan(picture, coefficients) + b"\xff\xd9"


def _scan_header(picture: Picture) -> bytes:
    members = b"".join(bytes([one.id, 0x11 if number else 0]) for number, one in enumerate(picture.components))
    body = bytes([len(picture.components)]) + members + b"\0\x3f\0"
    return struct.pack(">BBH", 0xFF, _SOS, len(body) + 2) + body


def _scan(picture: Picture, coefficients: Coefficients) -> bytes:
    rows, columns = picture.grid
    count = sum(one.h * one.v for one in picture.components)
    items, before = [], 0
    for number, (part, values) in enumerate(zip(picture.components, coefficients, strict=True)):
        blocks = values.reshape(rows, part.v, columns, part.h, 64).transpose(0, 2, 1, 3, 4).reshape(-1, 64).astype(np.int64)
        own = part.h * part.v
        place = np.arange(len(blocks)) // own * count + before + np.arange(len(blocks)) % own
        items += _component(blocks, place, min(number, 1))
        before += own
    return _packed(items)


def _component(blocks: Ints, place: Ints, table: int) -> list[_Items]:
    """Every block has 256 places: the mean at 0, then four for each coefficient (three for runs of 16 zeros before it), its end last."""
    differences = np.diff(blocks[:, 0], prepend=0)
    means = _items(256 * place, np.zeros_like(differences), differences, _DC[table], 11)
    block, k = np.nonzero(blocks[:, 1:])
    k += 1
    first = np.diff(block, prepend=-1) != 0
    run = k - np.where(first, 0, np.concatenate(([0], k[:-1]))) - 1 if len(k) else k
    values = _items(256 * place[block] + 4 * k - 1, run % 16, blocks[block, k], _AC[table], 10)
    runs = [_items(256 * place[block[run >= 16 * n]] + 4 * k[run >= 16 * n] - 1 - n, None, None, _AC[table], 0xF0) for n in (1, 2, 3)]
    last = np.zeros(len(blocks), np.int64)
    np.maximum.at(last, block, k)
    ends = _items(256 * place[last < 63] + 255, None, None, _AC[table], 0)
    return [means, values, *runs, ends]


def _items(place: Ints, run: Ints | None, value: Ints | None, table: Table, largest: int) -> _Items:
    """Codes of run and size with the amplitude behind them; without values the one code ``largest``."""
    codes, lengths = _arrays(table)
    if run is None or value is None:
        return _Items(place, np.full(len(place), codes[largest]), np.full(len(place), lengths[largest]))
    size = np.ceil(np.log2(np.abs(value) + 1)).astype(np.int64)
    if size.max(initial=0) > largest:
        raise NotMaskableError("a coefficient that no code has")
    symbol = run << 4 | size
    amplitude = np.where(value < 0, value + (1 << size) - 1, value)
    return _Items(place, codes[symbol] << size | amplitude, lengths[symbol] + size)


def _arrays(table: Table) -> tuple[Ints, Ints]:
    codes, lengths = np.zeros(256, np.int64), np.zeros(256, np.int64)
    for symbol, (code, length) in table.codes().items():
        codes[symbol], lengths[symbol] = code, length
    return codes, lengths


def _packed(items: Sequence[_Items]) -> bytes:
    order = np.argsort(np.concatenate([one.place for one in items]), kind="stable")
    value = np.concatenate([one.value for one in items])[order]
    length = np.concatenate([one.length for one in items])[order]
    ends = np.cumsum(length)
    of = np.repeat(np.arange(len(length)), length)
    bits = (value[of] >> (ends[of] - 1 - np.arange(len(of)))) & 1
    filled = np.concatenate((bits.astype(np.uint8), np.ones(-len(bits) % 8, np.uint8)))
    return np.packbits(filled).tobytes().replace(b"\xff", b"\xff\0")
