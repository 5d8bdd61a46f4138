"""Clips are kept by their digest, whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from corelab.imaging.archive import SAME_TIME_FOR_ALL, FolderArchive


def test_a_clip_lies_under_its_digest(tmp_path: Path) -> None:
    candidate = tmp_path / "candidate"
    candidate.write_bytes(b"a clip")
    archive = FolderArchive(tmp_path / "clips")
    sha256 = archive.put(candidate)
    assert sha256 == hashlib.sha256(b"a clip").hexdigest()
    assert archive.path(sha256) == tmp_path / "clips" / sha256[:2] / f"{sha256}.dcm"
    assert archive.path(sha256).read_bytes() == b"a clip"


def test_the_file_tells_no_time_and_cannot_be_written_by_accident(tmp_path: Path) -> None:
    candidate = tmp_path / "candidate"
    candidate.write_bytes(b"a clip")
    archive = FolderArchive(tmp_path / "clips")
    status = archive.path(archive.put(candidate)).stat()
    assert (status.st_mtime, status.st_mode & 0o777) == (SAME_TIME_FOR_ALL, 0o444)


def test_putting_it_again_changes_nothing_and_mends_what_was_damaged(tmp_path: Path) -> None:
    candidate = tmp_path / "candidate"
    candidate.write_bytes(b"a clip")
    archive = FolderArchive(tmp_path / "clips")
    place = archive.path(archive.put(candidate))
    place.chmod(0o644)
    place.write_bytes(b"damaged")
    archive.put(candidate)
    assert place.read_bytes() == b"a clip"
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_nothing_is_left_behind_when_copying_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate = tmp_path / "candidate"
    candidate.write_bytes(b"a clip")

    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        FolderArchive(tmp_path / "clips").put(candidate)
    assert [path for path in (tmp_path / "clips").rglob("*") if path.is_file()] == []
