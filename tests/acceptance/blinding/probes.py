"""Looks for marked values wherever one is told to, and counts how often it looked and what it found."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.acceptance.leaks import spellings

PROPERTY = "blinding"
"""Under this name each test hands its counts to the summary."""


@dataclass(frozen=True)
class Mark:
    """A value that the person at hand may not learn: what it is, and how it is written."""

    what: str
    words: str


@dataclass
class Probes:
    """What one test looked at. A probe is one marked value looked for in one place, or one pair of things that must not differ."""

    made: Counter[str] = field(default_factory=Counter)
    leaks: list[tuple[str, str, str]] = field(default_factory=list)
    """(channel, what leaked, where)."""

    def look(self, channel: str, where: str, text: str, marks: Iterable[Mark]) -> None:
        """A text that the person can see: capitals make no difference."""
        folded = text.casefold()
        for mark in marks:
            self.made[channel] += 1
            if mark.words.casefold() in folded:
                self.leaks.append((channel, mark.what, where))

    def look_in_bytes(self, channel: str, where: str, data: bytes, marks: Iterable[Mark]) -> None:
        """Bytes that the person can get at: however the value may be written in them."""
        for mark in marks:
            for written in spellings(mark.words).values():
                for each in written:
                    self.made[channel] += 1
                    if each in data:
                        self.leaks.append((channel, mark.what, where))

    def same(self, channel: str, what: str, before: object, after: object) -> None:
        """Two looks between which only others did something."""
        self.made[channel] += 1
        if before != after:
            self.leaks.append((channel, what, _difference(before, after)))

    def hold(self, channel: str, what: str, *, fine: bool) -> None:
        self.made[channel] += 1
        if not fine:
            self.leaks.append((channel, what, ""))

    def handed_over(self) -> dict[str, list[int]]:
        """Channel -> (probes, leaks)."""
        leaked = Counter(channel for channel, _what, _where in self.leaks)
        return {channel: [number, leaked[channel]] for channel, number in self.made.items()}


def _difference(before: object, after: object) -> str:
    if isinstance(before, tuple) and isinstance(after, tuple):
        return f"gone {sorted(map(str, set(before) - set(after)))}, come {sorted(map(str, set(after) - set(before)))}"
    return f"{before} / {after}"


def summed(all_counts: Iterable[Mapping[str, list[int]]]) -> dict[str, tuple[int, int]]:
    total: dict[str, tuple[int, int]] = {}
    for counts in all_counts:
        for channel, (made, leaked) in counts.items():
            before = total.get(channel, (0, 0))
            total[channel] = (before[0] + made, before[1] + leaked)
    return total


def as_lines(total: Mapping[str, tuple[int, int]]) -> list[str]:
    """The table of the summary: channel, probes, leaked; the sum last."""
    lines = [f"{channel:<48}{made:>9}{leaked:>8}" for channel, (made, leaked) in sorted(total.items())]
    made, leaked = (sum(each[n] for each in total.values()) for n in (0, 1))
    return [f"{'channel':<48}{'probes':>9}{'leaked':>8}", *lines, f"{'all':<48}{made:>9}{leaked:>8}"]
