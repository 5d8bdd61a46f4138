"""A video cut into segments that are each decoded by themselves, so that a frame is the same whichever way one came to it.

A segment begins with a key and holds every picture shown from there up to the next key. Leading pictures of the next key are
shown before it but need it and the segment before: both go into that segment too, and the key is then decoded twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corelab.imaging.video.pictures import Picture, Role, keep_set

REORDERED = 16
"""So many pictures at most are decoded before one that is shown earlier (the size of the decoded picture buffer)."""

Run = tuple[int, int]
"""Offset in the elementary stream and length."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One coded picture and where it lies in the elementary stream."""

    run: Run
    picture: Picture


@dataclass(frozen=True, slots=True)
class Segment:
    """Frames ``first`` up to, but without, ``first + frames`` of the clip.

    ``runs`` are its bytes, ``sets`` the parameter sets to put before them; ``shown`` is how many frames decoding gives (one more than
    ``frames`` where the next key is among them). The first ``sound`` frames come before anything that is known to be damaged.
    """

    first: int
    frames: int
    shown: int
    runs: tuple[Run, ...]
    sets: tuple[bytes, ...]
    sound: int


def segments_of(packets: Sequence[Packet]) -> tuple[Segment, ...]:
    """Leading pictures that nothing can decode - those of a stream that begins in its middle - count nowhere."""
    groups = list(_groups(packets))
    segments: list[Segment] = []
    first = 0
    for n, group in enumerate(groups):
        own = [packet for packet in group.packets if (n == 0 and packet.picture.alone) or packet.picture.role is not Role.LEADING]
        borrowed = groups[n + 1].borrowed if n + 1 < len(groups) else []
        frames, pictures = len(own) + max(0, len(borrowed) - 1), own + borrowed
        segments.append(Segment(first, frames, len(pictures), _joined(pictures), group.sets, _sound(pictures, frames)))
        first += frames
    return tuple(segments)


def cut_short(packets: Sequence[Packet]) -> tuple[Packet, ...]:
    """Of a file that ends inside its video the last picture is damaged: pictures shown before it may have been behind the cut.

    Where it leads to a key, or is one, so is that key: nobody knows how many pictures are missing before it is shown.
    """
    first = len(packets) - 1
    while first > 0 and packets[first].picture.role is Role.LEADING:
        first -= 1
    return (*packets[:first], *(replace(packet, picture=replace(packet.picture, damaged=True)) for packet in packets[first:]))


def _sound(pictures: Sequence[Packet], frames: int) -> int:
    """How many frames are shown before the first damaged picture is decoded, whatever their order."""
    damaged = (n for n, packet in enumerate(pictures) if packet.picture.damaged)
    return max(0, next(damaged, frames + REORDERED) - REORDERED)


@dataclass(frozen=True, slots=True)
class _Group:
    packets: list[Packet]
    sets: tuple[bytes, ...]

    @property
    def borrowed(self) -> list[Packet]:
        """The key with its leading pictures, for the segment before; none where it has none."""
        key = self.packets[0]
        leading = [packet for packet in self.packets if packet.picture.role is Role.LEADING]
        if key.picture.broken:
            leading = [packet for packet in leading if packet.picture.alone]
        return [key, *leading] if leading else []


def _groups(packets: Iterable[Packet]) -> Iterator[_Group]:
    group: list[Packet] = []
    sets: dict[bytes, None] = {}
    in_force: tuple[bytes, ...] = ()
    for packet in packets:
        if packet.picture.role is Role.KEY and group:
            yield _Group(group, in_force)
            group, in_force = [], tuple(sets)
        group.append(packet)
        for each in packet.picture.sets:
            keep_set(sets, each)
    if group:
        yield _Group(group, in_force)


def _joined(packets: Sequence[Packet]) -> tuple[Run, ...]:
    """Runs of neighbouring packets as one."""
    runs: list[Run] = []
    for offset, length in (packet.run for packet in packets):
        if runs and sum(runs[-1]) == offset:
            runs[-1] = (runs[-1][0], runs[-1][1] + length)
        else:
            runs.append((offset, length))
    return tuple(runs)
