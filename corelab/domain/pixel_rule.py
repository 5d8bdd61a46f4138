"""How many people look at the pictures of a clip before readers may: two, one, or a second one for a share that is drawn."""

from dataclasses import dataclass

_MARK = "sample:"
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class PixelRule:
    """``percent``: so many of a hundred clips need a second person, 100 for all of them and 0 for none. Raises ValueError for more."""

    percent: int = _WHOLE

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= _WHOLE:
            raise ValueError(self.percent)

    @property
    def text(self) -> str:
        """As the lab keeps it: ``two``, ``one`` or ``sample:<percent>``."""
        return {_WHOLE: "two", 0: "one"}.get(self.percent, f"{_MARK}{self.percent}")

    @property
    def drawn(self) -> bool:
        """Whether it takes a draw to know which clips they are."""
        return 0 < self.percent < _WHOLE

    def needs_second(self, draw: bytes) -> bool:
        """``draw``: at least eight bytes that nobody chooses, as many as the clip is told apart by."""
        return int.from_bytes(draw[:8]) * _WHOLE < self.percent << 64


def rule_of(text: str) -> PixelRule:
    """Raises ValueError for a text that is no such rule."""
    if text in {"two", "one"}:
        return PixelRule(_WHOLE if text == "two" else 0)
    share = text.removeprefix(_MARK)
    if share == text or not share.isascii() or not share.isdigit() or not 0 < int(share) < _WHOLE:
        raise ValueError(text)
    return PixelRule(int(share))
