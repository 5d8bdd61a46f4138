"""How soon clips of an archive on a server are here, beside the archive in a folder: on an Orthanc of our own, where one is installed."""

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import which
from time import perf_counter

from corelab.domain.archives import ArchiveError, archive_address
from corelab.domain.vocabulary import Sha256
from corelab.imaging import benchmark
from corelab.imaging.archive import Archive, FolderArchive, file_digest
from corelab.imaging.frame_plan import plan_of
from corelab.imaging.proven import proven
from corelab.imaging.study_uid import released_uids
from corelab.services.bench_decoding import in_turns
from corelab.services.bench_goals import Beside, Goal, NotMeasured, Result, Spread, Told

RATE = 30
_HOST = "127.0.0.1"
_PATIENCE_S = 30.0
_PLUGINS = (Path("/usr/share/orthanc/plugins"), Path("/usr/lib/orthanc"), Path("/usr/local/share/orthanc/plugins"))
_FIRST, _NEXT = "archive-first-frame", "archive-next-clip"
_WHAT = {
    _FIRST: "the first frame of a clip in an archive on this machine, none of it here before, beside the archive in a folder",
    _NEXT: "bringing a whole clip from it, as a share of the time that the clip before it takes to play once",
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """JPEG clips: (columns, rows) and frames of the usual one and of a small one; how often each is measured."""

    size: tuple[int, int] = (1024, 768)
    frames: int = 120
    small: tuple[int, int] = (640, 480)
    small_frames: int = 20
    turns: int = 15


QUICK = Sizes(turns=5)
WHOLE = Sizes()


def measure(folder: Path, sizes: Sizes, say: Told) -> Iterator[Result]:
    """Each turn begins with a cache that has nothing of the clip."""
    programs = _programs()
    if programs is None:
        for name, what in _WHAT.items():
            yield NotMeasured(name, what, "no Orthanc with its DICOMweb plug-in is installed here")
        return
    say(f"Clips of an archive on this machine, {sizes.frames} frames of {sizes.size[0]} x {sizes.size[1]}")
    place = folder / "archive"
    place.mkdir()
    with _orthanc(*programs, place) as (url, login):
        usual, small = place / "usual.dcm", place / "small.dcm"
        benchmark.jpeg_clip(usual, sizes.frames, sizes.size)
        benchmark.jpeg_clip(small, sizes.small_frames, sizes.small)
        near, far = FolderArchive(place / "clips"), _far(url, login, place / "cache", (usual, small))
        for clip in (usual, small):
            near.put(clip)
            far.put(clip)
        yield Goal.over(_FIRST, _WHAT[_FIRST], _first_frames(near, far, usual, sizes.turns), 2.0)
        yield Beside(f"{_FIRST}-small", "the same of a small clip", _first_frames(near, far, small, sizes.turns))
        brought = Spread.of([_brought(far, file_digest(usual)) for _ in range(sizes.turns)])
        yield Goal.over(_NEXT, _WHAT[_NEXT], brought.times(RATE / sizes.frames), 1.0)


def _far(url: str, login: tuple[str, str], cache: Path, clips: tuple[Path, ...]) -> Archive:
    from corelab.imaging.clip_cache import ClipCache  # noqa: PLC0415 - the extra may be missing
    from corelab.imaging.dicomweb import DicomwebServer, Login  # noqa: PLC0415 - the same
    from corelab.imaging.dicomweb_archive import DicomwebArchive, Recorded  # noqa: PLC0415 - the same

    known = {file_digest(clip): Recorded(released_uids(clip).sop, plan_of(clip)) for clip in clips}
    return DicomwebArchive(DicomwebServer(archive_address(url), Login(*login)), ClipCache(cache, 1 << 40), known.get)


def _first_frames(near: Archive, far: Archive, clip: Path, turns: int) -> Spread:
    sha256 = file_digest(clip)
    works = (partial(_first_frame, far, sha256), partial(_first_frame, near, sha256))
    return Spread.ratio(*in_turns(works, turns, perf_counter))


def _first_frame(archive: Archive, sha256: Sha256) -> None:
    """As a shelf opens a clip; of the folder all bytes are proven first."""
    with archive.coming(sha256) or proven(archive, sha256) as file:
        file.decode(0)


def _brought(far: Archive, sha256: Sha256) -> float:
    far.forget(sha256)
    begun = perf_counter()
    far.fetch(sha256)
    took = perf_counter() - begun
    far.forget(sha256)
    return took


def _programs() -> tuple[str, Path] | None:
    program = which("Orthanc", path=os.pathsep.join([*os.get_exec_path(), "/usr/sbin"]))
    plugin = next((found for folder in _PLUGINS for found in sorted(folder.glob("libOrthancDicomWeb.so*"))), None)
    return (program, plugin) if program is not None and plugin is not None else None


@contextmanager
def _orthanc(program: str, plugin: Path, place: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """One of our own, for loopback only, until the block ends: its address, user and password. Raises ArchiveError."""
    port, login = _free_port(), ("corelab", secrets.token_hex(16))
    said = {
        "Name": "bench",
        "StorageDirectory": str(place / "store"),
        "IndexDirectory": str(place / "store"),
        "HttpPort": port,
        "HttpBindAddresses": [_HOST],
        "RemoteAccessAllowed": False,
        "DicomServerEnabled": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": dict([login]),
        "Plugins": [str(plugin)],
    }
    configuration = place / "orthanc.json"
    configuration.touch(mode=0o600)
    configuration.write_text(json.dumps(said), encoding="utf-8")
    command = [program, str(configuration)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - a fixed name of the PATH
    url = f"http://{_HOST}:{port}/dicom-web"
    try:
        _wait_for(url, login, running)
        yield url, login
    finally:
        running.terminate()
        running.wait()


def _wait_for(url: str, login: tuple[str, str], running: "subprocess.Popen[bytes]") -> None:
    from corelab.imaging.dicomweb import DicomwebServer, Login  # noqa: PLC0415 - as above

    server, end = DicomwebServer(archive_address(url), Login(*login)), time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and running.poll() is None:
        with suppress(ArchiveError):
            server.ready()
            return
        time.sleep(0.05)
    server.ready()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
