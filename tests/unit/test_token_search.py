"""The search for what must not remain: every spelling is found, chance is not."""

import numpy as np
import pytest

from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.search import found_in_numbers, found_in_stream, found_in_values, needles_of

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


KOREAN, CHINESE, JAPANESE = "\uae40\ud76c\uc911", "\u738b\u82b3", "\u5c71\u7530\u592a\u90ce"


@pytest.mark.parametrize(
    "value",
    [
        *(KOREAN.encode(codec) for codec in ("utf-8", "utf-16-le", "euc_kr")),
        *(CHINESE.encode(codec) for codec in ("utf-8", "utf-16-be", "gb18030")),
        *(JAPANESE.encode(codec) for codec in ("utf-8", "shift_jis", "euc_jp", "iso2022_jp")),
        JAPANESE.encode().decode("latin-1").encode(),
        JAPANESE.encode().decode("cp1252", "ignore").encode(),
        "M\xfcnkelmann".encode().decode("latin-1").encode(),
    ],
)
def test_a_name_in_another_script_is_found_however_it_was_stored_and_misread(value: bytes) -> None:
    identity = Identity({"name": (f"{KOREAN}^{CHINESE}", JAPANESE, "M\xfcnkelmann")})
    assert found_in_values(needles_of(identity), [b"seen by " + value + b" today"])


def test_the_bytes_of_a_name_are_found_in_whatever_character_set_they_are() -> None:
    stored = b"\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"
    assert found_in_values(needles_of(Identity({}, (stored,))), [b"x" + stored + b"y"])


@pytest.mark.parametrize("number", ["71300456", "71300456.0", "7130.0456", "7.1300456e+07", "-71300456"])
def test_a_patient_number_is_found_as_a_number(number: str) -> None:
    assert found_in_numbers(NEEDLES, ["1", number])


@pytest.mark.parametrize("number", ["0.0083078", "713004561", "456", "nan", ""])
def test_other_numbers_are_not_taken_for_it(number: str) -> None:
    assert not found_in_numbers(NEEDLES, [number])


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
