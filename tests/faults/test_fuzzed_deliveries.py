"""Lists, discs and archives of sites, whatever stands in them: read whole, or refused in words; nothing escapes, nothing is too large."""

import io
import random
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corelab.domain.charter import load_charter
from corelab.domain.intake import IntakeCode, IntakeRefusedError, ObjectRefusedError
from corelab.domain.transmittal import COLUMNS, Transmittal, TransmittalRefusedError
from corelab.domain.transmittal_file import read_transmittal
from corelab.imaging.media_directory import listed_files
from corelab.services.intake import copying
from corelab.services.intake.delivered import SourceNote
from corelab.services.intake.sources import listed
from tests.charter_builders import DVT, full
from tests.disc_builders import a_directory, element, item
from tests.faults.damage import damaged
from tests.faults.figures import Figures

CHARTER = load_charter(full(DVT).encode())
VISITS = {visit.id for visit in CHARTER.visits}
MANY = (1_000, 50_000)


def tried(count: int, cases: st.SearchStrategy[bytes], check: Callable[[bytes], None]) -> None:
    """The same cases every time."""
    settings(max_examples=count, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))(
        given(cases)(check)
    )()


# ---------------------------------------------------------------- lists of sites

_CELL = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["S-1", "D10", "CFV", "IVC", "L", "right", "rest", "1", "0", "a" * 64, "2026-01-31", "../x", "a/b", '"', "=1+1", "\0", ""]
    ),
)
_TABLES = st.lists(st.lists(_CELL, max_size=12), max_size=6)
_HEADED = st.tuples(st.permutations(COLUMNS), st.lists(st.lists(_CELL, min_size=11, max_size=11), max_size=5)).map(
    lambda table: [list(table[0]), *table[1]]
)
_LISTS = st.one_of(
    st.binary(max_size=400),
    st.one_of(_TABLES, _HEADED).map(lambda rows: "\r\n".join(",".join(row) for row in rows).encode("utf-8", "replace")),
)


def _read(content: bytes) -> Transmittal | TransmittalRefusedError:
    try:
        return read_transmittal(content, CHARTER)
    except TransmittalRefusedError as refused:
        return refused


def _check_list(content: bytes) -> None:
    """What is read is safe to compare with names of files, and belongs to the charter; what is refused repeats no control character."""
    found = _read(content)
    if isinstance(found, TransmittalRefusedError):
        assert found.faults
        assert all(line.isprintable() for line in found.message.split("\n"))
        return
    for line in found.lines:
        assert not Path(line.place).is_absolute()
        assert ".." not in Path(line.place).parts
        assert line.place.isprintable()
        assert line.visit in VISITS
    assert len({line.place.casefold() for line in found.lines}) == len(found.lines) > 0


def test_any_list_is_read_or_refused_in_words(many: Callable[[int, int], int], figures: Figures) -> None:
    count = many(*MANY)
    tried(count // 4, _LISTS, _check_list)
    row = f"B01,S-1,D10,2026-01-12,a/1.dcm,CFV,L,rest,1,{'ab' * 32},said so"
    sound = "\r\n".join((",".join(COLUMNS), row, row.replace("1.dcm", "2.dcm"))).encode()
    assert len(read_transmittal(sound, CHARTER).lines) == 2
    for content in damaged(sound, count - count // 4, "transmittal"):
        _check_list(content)
    figures.tell(injected=count, undetected=0)


# ---------------------------------------------------------------- discs


def _check_directory(content: bytes) -> None:
    try:
        found = listed_files(content)
    except ObjectRefusedError as error:
        if error.code is not IntakeCode.DICOMDIR:
            raise
        return
    assert len(found) == len(set(found)) <= 50_000


def test_any_directory_of_a_disc_is_read_or_refused(many: Callable[[int, int], int], figures: Figures) -> None:
    count = many(*MANY)
    inside = element(0x00081140, b"SQ", item(element(0x00081150, b"UI", b"1.2"), open_ended=True))
    for open_ended in (False, True):
        sound = a_directory(["DICOM\\IM1", "..\\..\\X", "DICOM\\SUB\\IM2"], open_ended=open_ended, inside=inside)
        assert len(listed_files(sound)) == 3
        for content in damaged(sound, count * 3 // 8, f"disc {open_ended}"):
            _check_directory(content)
    tried(count // 4, st.binary(max_size=300).map(lambda tail: a_directory([])[:-8] + tail), _check_directory)
    figures.tell(injected=count, undetected=0)


# ---------------------------------------------------------------- archives

_NAMES = ("a", "A", "../up", "/root", "c:\\x", "CON", "a/b", "a\\..\\b", "", "x" * 300, "nul.dcm", "\u00fc", "u\u0308", "DICOMDIR", "a/")
_ROOM = 1 << 20


def _an_archive(chance: random.Random) -> bytes:
    """Members with names, kinds, sizes and packings of every sort."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for _ in range(chance.randrange(5)):
            info = zipfile.ZipInfo(chance.choice(_NAMES))
            info.compress_type = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
            info.external_attr = chance.choice((0, 0, stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFREG)) << 16
            content = chance.choice((b"", b"x" * 50, b"\0" * (3 << 20), b"PK\x03\x04" + b"y" * 40, a_directory(["A", "..\\B"])))
            archive.writestr(info, content)
    return out.getvalue()


def _archives(count: int) -> Iterator[bytes]:
    """Odd ones, and then each of some damaged in its bytes; where flags, sizes and offsets stand they lie more often."""
    chance = random.Random("archives")  # noqa: S311 - the same ones every time
    for _ in range(count // 100):
        made = _an_archive(chance)
        yield made
        yield from damaged(made, 49, str(chance.random()))
        yield from (_lying(made, chance) for _ in range(50))


def _lying(made: bytes, chance: random.Random) -> bytes:
    data = bytearray(made)
    places = [at for mark in (b"PK\x01\x02", b"PK\x05\x06", b"PK\x03\x04") if (at := data.find(mark)) >= 0]
    at = chance.choice(places) + 4 + 2 * chance.randrange(21)
    if at + 4 <= len(data):
        struct.pack_into("<I", data, at, chance.choice((0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, chance.randrange(len(data) + 1))))
    return bytes(data)


def _check_archive(path: Path, room: Path) -> int:
    """How many of its members came out; each is smaller than the room, stays in the folder, and is nothing but bytes."""
    try:
        sources = listed([path])
    except IntakeRefusedError:
        return 0
    out = 0
    for n, source in enumerate(sources):
        target = room / f"{n}.bin"
        try:
            copying.copied(source, target, _ROOM)
            out += 1
        except ObjectRefusedError:
            assert not target.exists()
            continue
        assert target.stat().st_size <= _ROOM
        assert stat.S_ISREG(target.lstat().st_mode)
        assert source.note in {None, SourceNote.UNLISTED}
        target.unlink()
    assert not list(room.iterdir())
    return out


def test_any_archive_is_read_member_by_member_or_refused(tmp_path: Path, many: Callable[[int, int], int], figures: Figures) -> None:
    count, came = many(*MANY), 0
    room, path = tmp_path / "in" / "room", tmp_path / "in" / "delivery.zip"
    room.mkdir(parents=True)
    for content in _archives(count):
        path.write_bytes(content)
        came += _check_archive(path, room)
    assert came > 0
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["delivery.zip", "in", "room"]
    figures.tell(injected=count, undetected=0)
