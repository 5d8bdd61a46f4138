"""What a caller asks of a phantom, in words or as what they mean; what there is not is refused with what there is."""

from enum import Enum
from typing import TypeVar

from corelab.imaging.phantom.clock import Clocking
from corelab.imaging.phantom.encoding import SYNTAXES, VIDEO_LARGEST, SyntaxUnsupportedError, coding
from corelab.imaging.phantom.hard import Hard, PhantomHardError, possible
from corelab.imaging.phantom.kinds import Kind, Level, Traits
from corelab.imaging.phantom.layout import Layout

SMALLEST = (160, 120)
"""Columns and rows under which no machine's screen can be told from another."""


_Word = TypeVar("_Word", bound=Enum)


class PhantomWordError(ValueError):
    """No phantom of this ``what``; ``word`` is what was asked for, ``known`` are those there are."""

    def __init__(self, what: str, word: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no phantom {what} {word!r}")
        self.what, self.word, self.known = what, word, known


class PhantomKindError(PhantomWordError):
    pass


class PhantomLayoutError(PhantomWordError):
    pass


class PhantomLevelError(PhantomWordError):
    pass


class PhantomClockingError(PhantomWordError):
    """No way of this name to say when frames were taken, or none that a film has."""


class PhantomSizeError(ValueError):
    """Too few frames or pixels for a picture, an odd size, or too large a film."""


def kind_of(word: str | Kind) -> Kind:
    return _one(Kind, word, "kind", PhantomKindError)


def layout_of(word: str | Layout) -> Layout:
    return _one(Layout, word, "layout", PhantomLayoutError)


def level_of(word: str | Level | None) -> Level | None:
    return None if word is None else _one(Level, word, "level", PhantomLevelError)


def clocking_of(word: str | Clocking, syntax: str) -> Clocking:
    """The pictures of a film come at its own even rate."""
    found = _one(Clocking, word, "clocking", PhantomClockingError)
    if found is not Clocking.FRAME_TIME and coding(syntax).film:
        raise PhantomClockingError("clocking of a film", found.value, (Clocking.FRAME_TIME.value,))
    return found


def hard_of(hard: str | Hard | None, traits: Traits, *, rest_start: bool) -> Hard | None:
    """A clip that begins under pressure and also ends so would hold no rest at all: refused too."""
    known = possible(traits)
    words = {each.value: each for each in known if rest_start or each is not Hard.ENDS_COMPRESSED}
    if not rest_start and not known:
        raise PhantomHardError("rest_start=False", ())
    wanted = hard.value if isinstance(hard, Hard) else hard
    if wanted is not None and wanted not in words:
        raise PhantomHardError(wanted, tuple(words))
    return None if wanted is None else words[wanted]


def check_size(frames: int, size: tuple[int, int], syntax: str) -> None:
    """Raises PhantomSizeError, SyntaxUnsupportedError."""
    if frames < 1 or size[0] < SMALLEST[0] or size[1] < SMALLEST[1] or size[0] % 2 or size[1] % 2:
        raise PhantomSizeError(f"{frames} frames of {size[0]}x{size[1]}: at least one frame of {SMALLEST[0]}x{SMALLEST[1]}, even numbers")
    if syntax not in SYNTAXES:
        raise SyntaxUnsupportedError(syntax)
    if coding(syntax).film and (size[0] > VIDEO_LARGEST[0] or size[1] > VIDEO_LARGEST[1]):
        raise PhantomSizeError(f"{size[0]}x{size[1]}: a film of this transfer syntax has at most {VIDEO_LARGEST[0]}x{VIDEO_LARGEST[1]}")


def _one(of: type[_Word], word: str | _Word, what: str, error: type[PhantomWordError]) -> _Word:
    try:
        return of(word)
    except ValueError:
        raise error(what, str(word), tuple(str(each.value) for each in of)) from None
