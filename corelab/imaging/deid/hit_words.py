"""Sorts the places of text in a picture by what was read there; the words themselves go no further than this module."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from corelab.domain.intake import HitClass
from corelab.imaging.deid.hints import words_that_hint
from corelab.imaging.deid.hit_pictures import HitPicture
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.search import dates_as_written
from corelab.imaging.words_read import SECONDS, Read, Tesseract, words_in
from corelab.resources import resource

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"[\W_]+")
_LETTERS = 4
"""A part of an identifier has more than three letters; a part of a name of just three counts where it stands as it is."""
_LONGEST = 32
_WHOLE = 6
"""A value of so many signs is looked for across words too."""
_COVERED = 0.6
"""Usual words must fill so much of what was found: a name that was not read would stand in the rest."""
_NUMBER = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?(?:[a-z%]{0,3})")
_NOT_WRITTEN = frozenset({"uid", "study"})
_LIKE = str.maketrans("0158", "oisb")
"""Digits that are read for letters, and the other way round."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything that identifies somebody in one source, as it may stand in a picture.

    ``names``: parts of names, as they are; ``near``: every part of more than three letters, and each of these with one letter taken out;
    ``whole``: longer values without what stands between their words.
    """

    names: frozenset[str]
    near: frozenset[str]
    whole: frozenset[str]

    @classmethod
    def of(cls, identity: Identity) -> "Subject":
        names = {part for value in identity.values.get("name", ()) for part in _parts(value) if len(part) >= _LETTERS - 1}
        parts = {part for kind, value in _values(identity) for part in _parts(value) if len(part) >= _LETTERS}
        whole = {form for kind, value in _values(identity) for form in _wholes(kind, value)}
        return cls(frozenset(names), frozenset(form for part in parts for form in _near(part)), frozenset(whole))

    def __repr__(self) -> str:
        return f"Subject({len(self.near)} forms)"

    def is_named(self, words: Sequence[str]) -> bool:
        """Whether one of these words is a part of an identifier, or one sign away from it; usual words only where a name is just that."""
        plain = [part for word in words for part in _parts(word)]
        if any(word in self.names or (word not in allowed_words() and self._is_near(word)) for word in plain):
            return True
        line = "".join(plain)
        return any(value in line or value.translate(_LIKE) in line.translate(_LIKE) for value in self.whole)

    def _is_near(self, word: str) -> bool:
        return len(word) >= _LETTERS - 1 and not self.near.isdisjoint(_near(word))


@dataclass(frozen=True, slots=True)
class Burned:
    """The class of each hit, and for the hints what was read in it, which is never kept."""

    classes: tuple[HitClass, ...] = ()
    texts: tuple[str, ...] = field(default=(), repr=False)


NOTHING_READ = Burned()


def burned_in(pictures: Sequence[HitPicture], hits: int, identity: Identity, reader: Tesseract, seconds: float) -> Burned:
    """What was read in ``pictures`` of so many ``hits``; the gravest class of its pictures is that of a hit."""
    read = words_in([each.picture for each in pictures], reader, min(SECONDS, seconds))
    if read is None:
        return NOTHING_READ
    subject = Subject.of(identity)
    classes = [list[HitClass]() for _ in range(hits)]
    for each, looks in zip(pictures, read, strict=True):
        classes[each.hit].append(class_of(looks, subject))
    return Burned(tuple(_gravest(found) for found in classes), tuple(text for looks in read for text in texts_of(looks)))


def _gravest(found: Sequence[HitClass]) -> HitClass:
    """A hit of which no picture was read is unknown."""
    return next((each for each in (HitClass.SUBJECT, HitClass.UNKNOWN) if each in found), found[0] if found else HitClass.UNKNOWN)


def class_of(looks: Iterable[Read], subject: Subject) -> HitClass:
    """The gravest that any look at the hit gives; usual words only where one look read nothing else over most of it."""
    read = [look for look in looks if look.words]
    if any(subject.is_named(look.words) for look in read):
        return HitClass.SUBJECT
    return HitClass.ALLOWED if any(_usual(look) for look in read) else HitClass.UNKNOWN


def texts_of(looks: Iterable[Read]) -> list[str]:
    """For the hints: each look's words as one text."""
    return [" ".join(look.words) for look in looks if look.words]


def _usual(look: Read) -> bool:
    parts = [part for word in look.words for part in (word.casefold().strip(".,:;|-_/()[]"),) if part]
    known = [all(each in allowed_words() for each in _parts(part)) for part in parts]
    sound = all(usual or _NUMBER.fullmatch(part) for usual, part in zip(known, parts, strict=True))
    return any(known) and sound and look.covered >= _COVERED


@cache
def allowed_words() -> frozenset[str]:
    with resource("deid", "allowed_words.csv").open(encoding="utf-8", newline="") as lines:
        listed = {row["word"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))}
    return frozenset(listed | words_that_hint())


def _values(identity: Identity) -> Iterator[tuple[str, str]]:
    for kind, values in identity.values.items():
        if kind not in _NOT_WRITTEN:
            yield from ((kind, value) for value in values)


def _wholes(kind: str, value: str) -> Iterator[str]:
    written = dates_as_written(value) if kind == "date" else (value,)
    yield from (form for form in ("".join(_parts(each)) for each in written) if len(form) >= _WHOLE)


def _parts(text: str) -> list[str]:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return _WORD.findall(_MARKS.sub(" ", plain))


def _near(word: str) -> Iterator[str]:
    """Two words that differ by one sign have one of these in common."""
    yield word
    if len(word) <= _LONGEST:
        yield from (word[:at] + word[at + 1 :] for at in range(len(word)))
