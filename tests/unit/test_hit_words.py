"""A place with text names somebody, holds usual words only, or is unknown, by what was read there; and reading has an end."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.domain.intake import HitClass
from corelab.imaging.deid.hit_pictures import MOST, hit_pictures
from corelab.imaging.deid.hit_words import Subject, allowed_words, class_of
from corelab.imaging.deid.identity import Identity
from corelab.imaging.text_finder import Grey, Shown
from corelab.imaging.words_read import Read, Tesseract, words_in

WHO = Identity(
    {
        "name": ("Grünwald^Ilse", "Lee^Bo", "Long^Amy"),
        "id": ("4711-2208", "AB12345"),
        "date": ("19580317",),
        "text": ("University Vein Clinic Ostheim", "R CFV compression"),
        "uid": ("1.2.3.99999.1",),
        "patient": ("4711-2208", "Grünwald^Ilse", "19580317"),
    }
)
SUBJECT = Subject.of(WHO)


def told(*texts: str, covered: float = 0.9) -> HitClass:
    return class_of([Read(tuple(text.split()), covered) for text in texts], SUBJECT)


@pytest.mark.parametrize(
    "text",
    [
        "GRUNWALD",
        "Grünwald,",
        "Grunvald",
        "Grunwalt",
        "Grnwald",
        "Grunnwald",
        "Ilse",
        "llse",
        "LEE",
        "Amy LONG",
        "R CFV Grunwald",
        "Ostheim",
    ],
)
def test_names_and_places_of_the_source_name_somebody_also_with_one_letter_wrong(text: str) -> None:
    assert told(text) is HitClass.SUBJECT


@pytest.mark.parametrize(
    "text",
    ["4711", "4711-2208", "47112208", "AB 12345", "ABI2345", "17.03.1958", "1958-03-17", "03/17/1958", "17031958"],
)
def test_so_do_its_numbers_and_dates_however_they_are_written(text: str) -> None:
    assert told(text) is HitClass.SUBJECT


@pytest.mark.parametrize(
    "text", ["R CFV COMP", "RT FV prox w compression", "MI 1.2 TIS 0.4", "5.0 cm depth", "PRF 1.2kHz", "Gain 55%", "Vein", "compression"]
)
def test_usual_words_with_their_numbers_are_usual(text: str) -> None:
    assert told(text) is HitClass.ALLOWED


@pytest.mark.parametrize(
    "text", ["", "ZEBRA", "R CFV ZEBRA", "12345", "57", "1.2 0.4", "CFV 1234567", "Grxxwald", "1.2.3.99999.1", "Bo", "22.08.2021"]
)
def test_everything_else_is_unknown(text: str) -> None:
    assert told(text) is HitClass.UNKNOWN


def test_usual_words_that_fill_only_a_part_of_what_was_found_are_unknown() -> None:
    """What was not read may be a name."""
    assert told("R CFV COMP", covered=0.5) is HitClass.UNKNOWN


def test_the_gravest_look_counts() -> None:
    assert told("R CFV COMP", "R CFV Grunwald") is HitClass.SUBJECT
    assert told("ZEBRA", "R CFV COMP") is HitClass.ALLOWED, "one look read it as a whole"
    assert class_of([], SUBJECT) is HitClass.UNKNOWN


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12), st.data())
def test_every_name_is_known_with_any_one_letter_changed_lost_or_more(name: str, data: st.DataObject) -> None:
    at, other = data.draw(st.integers(0, len(name) - 1)), data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    way = data.draw(st.sampled_from([name[:at] + other + name[at + 1 :], name[:at] + name[at + 1 :], name[:at] + other + name[at:]]))
    found = class_of([Read((way,), 0.9)], Subject.of(Identity({"name": (name,)})))
    assert found is HitClass.SUBJECT or (way != name and way in allowed_words())


@given(
    st.dictionaries(st.sampled_from(["name", "id", "date", "text"]), st.lists(st.text(), max_size=3).map(tuple)),
    st.lists(st.text(), max_size=5),
)
def test_strange_values_and_strange_words_have_a_class_too(values: dict[str, tuple[str, ...]], words: list[str]) -> None:
    assert class_of([Read(tuple(words), 1.0)], Subject.of(Identity(values))) in HitClass


def test_the_shipped_words_are_plain_and_name_no_one_who_is_in_the_source() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+", word) for word in allowed_words())
    assert {"mi", "tis", "cfv", "comp", "right", "cm"} <= allowed_words()


# ---------------------------------------------------------------- how much is read


def test_pictures_are_few_and_of_each_hit_the_first_comes_first() -> None:
    frame = np.zeros((200, 300), np.uint8)
    shown = [[Shown(n, (10, 10, 60, 20)) for n in range(4)] for _ in range(30)]
    found = hit_pictures(shown, lambda _: frame)
    assert len(found) == MOST
    assert {each.hit for each in found} == set(range(30))


def test_what_is_no_line_of_text_is_not_cut_and_each_frame_is_asked_for_once() -> None:
    asked: list[int] = []

    def frame(number: int) -> Grey:
        asked.append(number)
        return np.zeros((400, 300), np.uint8)

    shown = [[Shown(3, (0, 0, 50, 9)), Shown(1, (0, 0, 50, 9))], [Shown(3, (0, 0, 50, 300))], [Shown(3, (280, 380, 299, 399))]]
    found = hit_pictures(shown, frame)
    assert asked == [1, 3]
    assert [(each.hit, each.picture.shape) for each in found] == [(0, (14, 55)), (0, (14, 55)), (2, (24, 24))]


@pytest.mark.skipif(Tesseract.installed() is None, reason="tesseract is not installed")
def test_reading_ends_when_its_time_is_over() -> None:
    reader = Tesseract.installed()
    assert reader is not None
    picture = np.zeros((30, 200), np.uint8)
    assert words_in([picture], reader, 0) is None
    assert words_in([picture], reader, 0.001) is None
    assert words_in([], reader, 9) is None
    assert words_in([picture], reader, 60) is not None
