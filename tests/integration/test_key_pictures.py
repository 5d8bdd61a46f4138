"""Small pictures of released clips: the same bytes every time, None for what cannot be shown, bounded in memory."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest

from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import FolderArchive
from corelab.services.packages import pictures
from corelab.services.packages.pictures import KeyPictures
from corelab.services.phantoms import make_phantom

FRAMES = 6


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Sha256, ...]]:
    folder = tmp_path_factory.mktemp("clips")
    kept = FolderArchive(folder)
    return folder, tuple(kept.put(_delivered(folder, seed)) for seed in range(7))


def _delivered(folder: Path, seed: int) -> Path:
    path = folder / f"{seed}.delivered"
    path.write_bytes(make_phantom("compressible", seed, frames=FRAMES, size=(400, 300)).dicom)
    return path


@pytest.fixture
def shown(archive: tuple[Path, tuple[Sha256, ...]]) -> Iterator[KeyPictures]:
    with KeyPictures(FolderArchive(archive[0])) as pictures:
        yield pictures


def test_a_frame_is_a_small_picture_and_the_same_every_time(shown: KeyPictures, archive: tuple[Path, tuple[Sha256, ...]]) -> None:
    data = shown(archive[1][0], 2)
    assert data is not None
    assert len(data) < 60_000
    picture = cv2.imdecode(np.frombuffer(BytesIO(data).getvalue(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (270, 360, 3)
    with KeyPictures(FolderArchive(archive[0])) as again:
        assert again(archive[1][0], 2) == data
        assert again(archive[1][0], 3) != data


def test_what_cannot_be_shown_is_none(shown: KeyPictures, archive: tuple[Path, tuple[Sha256, ...]]) -> None:
    assert shown(archive[1][0], FRAMES) is None
    assert shown(Sha256("0" * 64), 0) is None


def test_a_clip_that_is_not_the_one_released_is_not_shown(tmp_path: Path, archive: tuple[Path, tuple[Sha256, ...]]) -> None:
    """Its name says another digest than its bytes."""
    clip, other = archive[1][:2]
    place = FolderArchive(tmp_path).path(clip)
    place.parent.mkdir(parents=True)
    place.write_bytes(FolderArchive(archive[0]).path(other).read_bytes())
    with KeyPictures(FolderArchive(tmp_path)) as shown:
        assert shown(clip, 0) is None


def test_a_file_that_is_no_clip_is_not_shown(tmp_path: Path, archive: tuple[Path, tuple[Sha256, ...]]) -> None:
    place = FolderArchive(tmp_path).path(archive[1][0])
    place.parent.mkdir(parents=True)
    place.write_bytes(b"no clip")
    with KeyPictures(FolderArchive(tmp_path)) as shown:
        assert shown(archive[1][0], 0) is None


def test_memory_and_open_files_are_bounded(archive: tuple[Path, tuple[Sha256, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_KEPT", 5)
    with KeyPictures(FolderArchive(archive[0])) as shown:
        first = {(clip, frame): shown(clip, frame) for clip in archive[1] for frame in range(3)}
        assert None not in first.values()
        assert len(shown._open) <= 4
        assert len(shown._made) <= 5
        assert {key: shown(*key) for key in first} == first
    assert not shown._open
