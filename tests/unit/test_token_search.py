"""The search for what must not remain: every spelling is found, chance is not."""

import numpy as np
import pytest

from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.search import found_in_stream, found_in_values, needles_of

NEEDLES = needles_of(
    Identity(
        {"name": ("Quorlimax^Anna^Bo",), "id": ("71-300/456", "AB1"), "date": ("19580317",), "uid": ("1.2.3.4.5.6",)}, (b"M\xfcnkelmann",)
    )
)


@pytest.mark.parametrize(
    "value",
    [
        b"QUORLIMAX",
        b"seen by quorlimax",
        b"Quorlimax Anna Bo",
        b"QUORLIMAXANNABO",
        b"x71300456x",
        b"71 300 456",
        b"71-300/456",
        b"born 1958-03-17",
        b"17.03.1958",
        b"03/17/1958",
        b"(AB1)",
        b"1.2.3.4.5.6",
        "Quorlimax".encode("utf-16-le"),
        "QUORLIMAX".encode("utf-16-be"),
        b"M\xfcnkelmann",
    ],
)
def test_every_spelling_is_found_in_a_value(value: bytes) -> None:
    assert found_in_values(NEEDLES, [b"other", value])


@pytest.mark.parametrize("value", [b"", b"AB12", b"XAB1X", b"7130045", b"Bo", b"ORIGINAL"])
def test_other_values_are_not_taken_for_identity(value: bytes) -> None:
    assert not found_in_values(NEEDLES, [value])


def test_no_word_is_made_of_two_neighbouring_values() -> None:
    assert not found_in_values(NEEDLES, [b"QUORL", b"IMAX"])


@pytest.mark.parametrize("at", [0, 1, 4_194_300, 4_194_304, 9_000_001])
@pytest.mark.parametrize("text", [b"qUoRlImAx", "Quorlimax".encode("utf-16-le"), b"19580317"])
def test_a_word_is_found_anywhere_in_a_long_stream(at: int, text: bytes) -> None:
    stream = np.random.default_rng(0).integers(0, 256, 9_100_000, dtype=np.uint8)
    assert not found_in_stream(NEEDLES, stream)
    stream[at : at + len(text)] = np.frombuffer(text, np.uint8)
    assert found_in_stream(NEEDLES, stream)


def test_nothing_of_it_is_printed() -> None:
    assert "uorlimax" not in repr(NEEDLES)
    assert "Q" not in repr(Identity({"name": ("Quorlimax",)}))
