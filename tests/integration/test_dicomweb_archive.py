"""Released clips on a DICOMweb server: stored and read to the byte, never shown unproven, never lost when the server goes away."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from corelab.domain.archives import (
    ArchiveAltersError,
    ArchiveAnswerError,
    ArchiveAwayError,
    ArchiveConflictError,
    ArchiveLoginError,
    CacheFullError,
)
from corelab.imaging import dicomweb
from corelab.imaging.archive import SAME_TIME_FOR_ALL, StoppedError, file_digest
from corelab.imaging.clip_cache import ClipCache
from corelab.imaging.frame_plan import FramePlan, plan_of
from corelab.imaging.frames import FrameFile
from corelab.imaging.proven import proven
from tests.archived import SYNTAXES, WHOLE_ONLY, Records, a_released, an_archive, lying_server, renamed
from tests.servers import DicomWebServer, archive


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicomweb, "_TIMEOUT", (4.0, 10.0))


@pytest.fixture
def let_in(orthanc: DicomWebServer, monkeypatch: pytest.MonkeyPatch) -> DicomWebServer:
    """An archive that lets this workstation in."""
    monkeypatch.setenv(dicomweb.USER, orthanc.user)
    monkeypatch.setenv(dicomweb.PASSWORD, orthanc.password)
    return orthanc


# ---------------------------------------------------------------- stored and read


@pytest.mark.parametrize("kind", SYNTAXES)
@pytest.mark.parametrize("planned", [True, False], ids=["frames known", "frames unknown"])
def test_a_clip_of_every_syntax_comes_back_to_the_byte(let_in: DicomWebServer, tmp_path: Path, kind: str, *, planned: bool) -> None:
    clip, records = a_released(tmp_path / "made", kind), Records()
    kept = an_archive(let_in.url, tmp_path / "cache", records)
    sha256 = records.add(clip, planned=planned)
    assert kept.put(clip) == sha256
    assert kept.holds(sha256)
    place = kept.fetch(sha256)
    assert place.read_bytes() == clip.read_bytes()
    assert place == tmp_path / "cache" / sha256[:2] / f"{sha256}.dcm"
    assert (place.stat().st_mtime, place.stat().st_mode & 0o777) == (SAME_TIME_FOR_ALL, 0o400)
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", [each for each in SYNTAXES if each not in {*WHOLE_ONLY, "htj2k"}])
def test_each_frame_is_there_and_proven_before_the_whole_file(let_in: DicomWebServer, tmp_path: Path, kind: str) -> None:
    clip, records = a_released(tmp_path / "made", kind), Records()
    kept = an_archive(let_in.url, tmp_path / "cache", records)
    sha256 = records.add(clip)
    kept.put(clip)
    coming = kept.coming(sha256)
    assert coming is not None
    with coming, FrameFile.open(clip) as original:
        assert (coming.frames, coming.shape, coming.whole) == (original.frames, original.shape, False)
        for index in (0, 2):
            assert np.array_equal(coming.decode(index), original.decode(index))
        assert not coming.whole
        assert not kept.path(sha256).exists()
        coming.complete(kept.fetch(sha256))
        assert coming.whole
        assert np.array_equal(coming.decode(1), original.decode(1))
    assert kept.coming(sha256) is None
    assert list((tmp_path / "cache" / "coming").iterdir()) == []


@pytest.mark.parametrize("kind", sorted({*WHOLE_ONLY, "htj2k"}))
def test_what_has_no_frames_to_ask_for_comes_as_a_whole(let_in: DicomWebServer, tmp_path: Path, kind: str) -> None:
    """Orthanc 1.10 cannot give frames of HTJ2K; a later one may."""
    clip, records = a_released(tmp_path / "made", kind), Records()
    kept = an_archive(let_in.url, tmp_path / "cache", records)
    sha256 = records.add(clip)
    kept.put(clip)
    coming = kept.coming(sha256)
    assert coming is None or kind == "htj2k"
    with coming or proven(kept, sha256) as file, FrameFile.open(clip) as original:
        assert np.array_equal(file.decode(0), original.decode(0))


def test_storing_again_changes_nothing_and_another_object_of_that_name_is_refused_and_left(let_in: DicomWebServer, tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    kept = an_archive(let_in.url, tmp_path / "cache", records)
    sha256 = records.add(clip)
    kept.put(clip)
    count = len(let_in.instances())
    assert kept.put(clip) == sha256
    assert len(let_in.instances()) == count
    other = tmp_path / "other.dcm"
    data = bytearray(clip.read_bytes())
    data[-1] ^= 1
    other.write_bytes(data)
    with pytest.raises(ArchiveConflictError):
        kept.put(other)
    assert kept.holds(sha256)
    assert len(let_in.instances()) == count
    assert other.exists()


def test_a_server_that_codes_what_is_stored_anew_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = a_released(tmp_path / "made", "native")
    with archive(IngestTranscoding="1.2.840.10008.1.2.4.70") as server:
        monkeypatch.setenv(dicomweb.USER, server.user)
        monkeypatch.setenv(dicomweb.PASSWORD, server.password)
        kept = an_archive(server.url, tmp_path / "cache", Records())
        with pytest.raises((ArchiveAltersError, ArchiveConflictError)):
            kept.put(clip)


def test_who_is_not_let_in_is_told_so(orthanc: DicomWebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(dicomweb.USER, orthanc.user)
    monkeypatch.setenv(dicomweb.PASSWORD, "another")
    clip = a_released(tmp_path / "made", "native")
    with pytest.raises(ArchiveLoginError) as told:
        an_archive(orthanc.url, tmp_path / "cache", Records()).put(clip)
    assert "another" not in str(told.value)


def test_the_login_comes_from_netrc_where_the_environment_has_none(
    orthanc: DicomWebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login {orthanc.user} password {orthanc.password}\n")
    netrc.chmod(0o600)
    monkeypatch.delenv(dicomweb.USER, raising=False)
    monkeypatch.setenv("NETRC", str(netrc))
    clip, records = a_released(tmp_path / "made", "native"), Records()
    assert an_archive(orthanc.url, tmp_path / "cache", records).put(clip) == file_digest(clip)


# ---------------------------------------------------------------- away


def test_work_goes_on_from_the_cache_while_the_server_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there, records = a_released(tmp_path / "made", "jpeg"), a_released(tmp_path / "made", "native"), Records()
    with archive() as server:
        monkeypatch.setenv(dicomweb.USER, server.user)
        monkeypatch.setenv(dicomweb.PASSWORD, server.password)
        kept = an_archive(server.url, tmp_path / "cache", records)
        known, unknown = records.add(here), records.add(there)
        for clip in (here, there):
            kept.put(clip)
        kept.fetch(known)
        coming = kept.coming(unknown)
        assert coming is not None
        server.stop()
        with coming:
            assert coming.decode(0).any()
            with pytest.raises(ArchiveAwayError):
                coming.decode(1)
            with proven(kept, known) as file:
                assert file.frames == 3
            for refused in (kept.ready, lambda: kept.fetch(unknown), lambda: kept.coming(unknown), lambda: kept.put(there)):
                with pytest.raises(ArchiveAwayError):
                    refused()
            server.start()
            assert coming.decode(1).any()
        assert kept.fetch(unknown).read_bytes() == there.read_bytes()


# ---------------------------------------------------------------- a server that lies


def flipped(content: bytes) -> bytes:
    return content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]


@pytest.mark.parametrize("planned", [True, False], ids=["frames known", "frames unknown"])
def test_an_altered_file_is_refused_and_never_kept(tmp_path: Path, *, planned: bool) -> None:
    clip, records = a_released(tmp_path / "made", "jpeg"), Records()
    sha256 = records.add(clip, planned=planned)
    with lying_server(clip) as server:
        server.lie = lambda _path, content: flipped(content)
        kept = an_archive(server.url, tmp_path / "cache", records)
        assert kept.coming(sha256) is None
        with pytest.raises(ArchiveAltersError):
            proven(kept, sha256)
        assert kept.holds(sha256) is False
        assert [each for each in (tmp_path / "cache").rglob("*") if each.is_file()] == []


def test_an_altered_later_frame_is_never_shown(tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "jpeg"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        server.lie = lambda path, content: flipped(content) if path.endswith("/frames/2") else content
        coming = an_archive(server.url, tmp_path / "cache", records).coming(sha256)
        assert coming is not None
        with coming, FrameFile.open(clip) as original:
            with pytest.raises(ArchiveAltersError):
                coming.decode(1)
            assert np.array_equal(coming.decode(2), original.decode(2))


def test_a_frame_of_another_place_is_never_shown(tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    plan = plan_of(clip)
    assert plan is not None
    last = clip.read_bytes()[plan.frames[2].offset :][: plan.frames[2].length]
    with lying_server(clip) as server:
        server.lie = lambda path, content: last if path.endswith("/frames/2") else content
        coming = an_archive(server.url, tmp_path / "cache", records).coming(sha256)
        assert coming is not None
        with coming, pytest.raises(ArchiveAltersError):
            coming.decode(1)


@pytest.mark.parametrize("cut", [1, 20, 2000])
def test_an_answer_that_breaks_off_is_no_clip(tmp_path: Path, cut: int) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip, planned=False)
    with lying_server(clip) as server:
        kept = an_archive(server.url, tmp_path / "cache", records)
        kept._uids(sha256)  # only the file breaks off
        server.cut = cut
        with pytest.raises(ArchiveAwayError):
            kept.fetch(sha256)
    assert [each for each in (tmp_path / "cache").rglob("*") if each.is_file()] == []


def test_an_answer_longer_than_the_clip_is_stopped(tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        server.lie = lambda _path, content: content + b"x" * 300_000
        kept = an_archive(server.url, tmp_path / "cache", records)
        with pytest.raises(ArchiveAnswerError):
            kept.fetch(sha256)


@pytest.mark.parametrize("status", [302, 307])
def test_nothing_is_followed_to_another_address(tmp_path: Path, status: int) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        server.status = status
        kept = an_archive(server.url, tmp_path / "cache", records)
        with pytest.raises(ArchiveAnswerError):
            kept.fetch(sha256)
        with pytest.raises(ArchiveAnswerError):
            kept.ready()


def test_whoever_does_not_wait_any_more_stops_what_comes(tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        kept = an_archive(server.url, tmp_path / "cache", records)
        with pytest.raises(StoppedError):
            kept.fetch(sha256, stopped=lambda: True)
    assert not kept.path(sha256).exists()


def test_frames_that_a_server_has_in_another_form_come_with_the_whole(tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        server.lie = lambda path, content: b"coded anew" if "/frames/" in path else content
        kept = an_archive(server.url, tmp_path / "cache", records)
        assert kept.coming(sha256) is None
        with proven(kept, sha256) as file, FrameFile.open(clip) as original:
            assert np.array_equal(file.decode(1), original.decode(1))


def test_a_server_may_leave_out_the_byte_that_makes_a_frame_even(tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "jpeg"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        server.lie = lambda path, content: content.removesuffix(b"\0") if "/frames/" in path else content
        coming = an_archive(server.url, tmp_path / "cache", records).coming(sha256)
        assert coming is not None
        with coming, FrameFile.open(clip) as original:
            for index in range(3):
                assert np.array_equal(coming.decode(index), original.decode(index))


def test_of_several_that_want_a_frame_one_asks_for_it(tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        coming = an_archive(server.url, tmp_path / "cache", records).coming(sha256)
        assert coming is not None
        with coming:
            threads = [Thread(target=coming.decode, args=(1,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sum(path.endswith("/frames/2") for path in server.asked) == 1


# ---------------------------------------------------------------- the cache


def test_a_damaged_copy_is_brought_once_more(tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        kept = an_archive(server.url, tmp_path / "cache", records)
        place = kept.fetch(sha256)
        place.chmod(0o600)
        place.write_bytes(flipped(clip.read_bytes()))
        with proven(kept, sha256) as file:
            assert file.digest() == sha256
        assert file_digest(place) == sha256


def kept_in(cache: ClipCache, content: bytes) -> Any:
    with cache.coming() as (path, out):
        out.write(content)
        out.flush()
        return cache.keep(path, out, file_digest(path))


def test_what_was_used_longest_ago_goes_first_and_what_nobody_used_before_that(tmp_path: Path) -> None:
    kept_in(ClipCache(tmp_path / "cache", 1000), b"0" * 100)
    cache = ClipCache(tmp_path / "cache", 400)
    first, second, third = (kept_in(cache, bytes([n]) * 100) for n in (1, 2, 3))
    assert cache.bytes_held == 400
    assert cache.has(first.stem)
    fourth = kept_in(cache, b"4" * 100)
    assert cache.bytes_held == 400
    fifth = kept_in(cache, b"5" * 100)
    there = {each for each in (first, second, third, fourth, fifth) if each.exists()}
    assert there == {first, third, fourth, fifth}


def test_one_clip_always_fits(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path / "cache", 10)
    large = kept_in(cache, b"1" * 100)
    assert large.exists()
    assert kept_in(cache, b"2" * 50).exists()
    assert not large.exists()


def test_a_clip_that_is_open_stays_readable_when_it_has_to_go(tmp_path: Path) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        kept = an_archive(server.url, tmp_path / "cache", records, limit=1)
        with proven(kept, sha256) as file:
            kept_in(ClipCache(tmp_path / "cache", 1), b"another")
            assert not kept.path(sha256).exists() or os.name == "nt"
            assert file.digest() == sha256
            assert file.decode(2).any()


def test_neither_names_nor_times_tell_in_which_order_clips_were_looked_at(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path / "cache", 1000)
    for n in (3, 1, 2):
        assert cache.has(kept_in(cache, bytes([n]) * 100).stem)
    files = [each for each in (tmp_path / "cache").rglob("*") if each.is_file()]
    assert {each.stat().st_mtime for each in files} == {SAME_TIME_FOR_ALL}
    assert all(each.name == f"{file_digest(each)}.dcm" for each in files)


def test_a_disk_without_room_gives_up_other_clips_and_then_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    full = [OSError(errno.ENOSPC, "No space left on device")]
    synced = os.fsync

    def fsync(handle: int) -> None:
        if full:
            raise full[-1]
        synced(handle)

    with lying_server(clip) as server:
        kept = an_archive(server.url, tmp_path / "cache", records)
        before = kept_in(ClipCache(tmp_path / "cache", 1 << 30), b"1" * 1000)
        monkeypatch.setattr(os, "fsync", fsync)
        with pytest.raises(CacheFullError):
            kept.fetch(sha256)
        assert not before.exists()
        assert [each for each in (tmp_path / "cache").rglob("*") if each.is_file()] == []
        full.clear()
        assert kept.fetch(sha256).read_bytes() == clip.read_bytes()


def test_a_frame_for_which_the_disk_has_no_room_is_told_so_and_comes_when_there_is_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, records = a_released(tmp_path / "made", "native"), Records()
    sha256 = records.add(clip)
    with lying_server(clip) as server:
        coming = an_archive(server.url, tmp_path / "cache", records).coming(sha256)
        assert coming is not None
        with coming:
            with monkeypatch.context() as full:
                full.setattr("corelab.imaging.coming.put_at", _no_room)
                with pytest.raises(CacheFullError):
                    coming.decode(1)
            assert coming.decode(1).any()


def _no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


_BRINGS = """
import sys
from pathlib import Path
from tests.archived import Records, an_archive
url, cache, *clips = sys.argv[1:]
records = Records()
kept = an_archive(url, Path(cache), records, limit=60_000)
known = [records.add(Path(clip), planned=False) for clip in clips]
for _ in range(5):
    for sha256 in known:
        from corelab.imaging.proven import proven
        with proven(kept, sha256) as file:
            assert file.decode(0).any()
print("done")
"""


def test_two_programs_share_one_cache(let_in: DicomWebServer, tmp_path: Path) -> None:
    clips = [a_released(tmp_path / "made", "native", seed=n) for n in range(4)]
    kept = an_archive(let_in.url, tmp_path / "other", Records())
    for clip in clips:
        kept.put(clip)
    command = [sys.executable, "-c", _BRINGS, let_in.url, str(tmp_path / "cache"), *map(str, clips)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for each in running:
        out, err = each.communicate(timeout=120)
        assert (out, err) == ("done\n", "")
    for path in (tmp_path / "cache").glob("??/*.dcm"):
        assert file_digest(path) == path.stem


def test_what_a_killed_program_left_half_brought_is_swept_away(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path / "cache", 1000)
    (tmp_path / "cache" / "coming").mkdir(parents=True)
    left = tmp_path / "cache" / "coming" / "left.part"
    left.write_bytes(b"half")
    cache.sweep(left.stat().st_mtime + 10)
    assert left.exists()
    cache.sweep(left.stat().st_mtime + 25 * 3600)
    assert not left.exists()


# ---------------------------------------------------------------- plans


@pytest.mark.parametrize("kind", [each for each in SYNTAXES if each != "mpeg2"])
def test_a_plan_and_the_frames_make_the_file_again(tmp_path: Path, kind: str) -> None:
    clip = a_released(tmp_path / "made", kind)
    plan = plan_of(clip)
    assert plan is not None
    stored = FramePlan.unpacked(*plan.packed)
    assert stored == plan
    again = tmp_path / "again.dcm"
    content = clip.read_bytes()
    with again.open("w+b") as out:
        stored.begin(out)
        for place in stored.frames:
            out.seek(place.offset)
            out.write(content[place.offset : place.offset + place.length])
    assert again.read_bytes() == content


def test_two_objects_of_one_name_are_told_apart(tmp_path: Path) -> None:
    one = a_released(tmp_path / "made", "native")
    sop = Records()
    sop.add(one)
    name = next(iter(sop.known.values())).sop
    assert file_digest(renamed(a_released(tmp_path / "made", "native", seed=2), name)) != file_digest(one)
