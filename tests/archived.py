"""Clips as they are released, an archive for them on a private server, and a server that lies."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

from pydicom import dcmread
from pydicom.uid import UID, generate_uid

from corelab.domain.archives import archive_address
from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import file_digest
from corelab.imaging.clip_cache import ClipCache
from corelab.imaging.dicomweb import DicomwebServer
from corelab.imaging.dicomweb_archive import DicomwebArchive, Recorded
from corelab.imaging.frame_plan import FramePlan, plan_of
from corelab.imaging.study_uid import released_uids
from tests.coded_files import HT, J2K, J2K_LOSSY, JPEG, LOSSLESS, LS, LS_NEAR, RLE, a_clip
from tests.dicom_builders import a_file, speckle
from tests.video_files import MPEG2, stream, video

CODED = {"rle": RLE, "jpeg": JPEG, "lossless": LOSSLESS, "ls": LS, "ls-near": LS_NEAR, "j2k": J2K, "j2k-lossy": J2K_LOSSY, "htj2k": HT}
SYNTAXES = ("native", "native-colour", "still", *CODED, "mpeg2")
WHOLE_ONLY = frozenset({"still", "mpeg2"})
"""Of which no single frame is asked for."""


def renamed(path: Path, sop: str = "") -> Path:
    """The file with identifiers that nobody else has, or with this object's."""
    data = dcmread(path)
    data.StudyInstanceUID, data.SeriesInstanceUID = generate_uid(), generate_uid()
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = UID(sop) if sop else generate_uid()
    data.save_as(path, enforce_file_format=True)
    return path


def a_released(folder: Path, kind: str, *, frames: int = 3, seed: int = 1) -> Path:
    """A clip of three frames (a video: of its own) as it is stored when it is released."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}-{uuid4().hex}.dcm"
    if kind == "mpeg2":
        path.write_bytes(video(stream("mpeg2_open.mpg"), MPEG2))
    elif kind in CODED:
        a_clip(path, CODED[kind])
    else:
        count = 1 if kind == "still" else frames
        a_file(path, pixels=speckle(count, samples=3 if kind == "native-colour" else 1, seed=seed))
    return renamed(path)


@dataclass
class Records:
    """What the records of a lab say of its clips."""

    known: dict[Sha256, Recorded] = field(default_factory=dict)

    def add(self, path: Path, *, planned: bool = True) -> Sha256:
        sha256, plan = file_digest(path), plan_of(path) if planned else None
        stored = FramePlan.unpacked(*plan.packed) if plan is not None else None
        self.known[sha256] = Recorded(released_uids(path).sop, stored)
        return sha256

    def __call__(self, sha256: Sha256) -> Recorded | None:
        return self.known.get(sha256)


def an_archive(url: str, cache: Path, records: Records, limit: int = 1 << 30) -> DicomwebArchive:
    return DicomwebArchive(DicomwebServer(archive_address(url)), ClipCache(cache, limit), records)


# ---------------------------------------------------------------- a server that lies

Lie = Callable[[str, bytes], tuple[int, dict[str, str], bytes]]


@dataclass
class LyingServer:
    """Serves one file as a DICOMweb service would, after ``lie`` changed the answer; ``asked`` are the paths that were asked for."""

    file: Path
    url: str
    lie: "Callable[[str, bytes], bytes]" = lambda _path, content: content
    status: int = 200
    cut: int = 0
    """So many bytes of the answer are never sent, though its head says they are."""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[str, bytes]:
        self.asked.append(path)
        uids = released_uids(self.file)
        if "/instances?" in path or path.endswith("/instances"):
            found = {"0020000D": uids.study, "0020000E": uids.series, "00080018": uids.sop}
            return "application/dicom+json", json.dumps([{tag: {"vr": "UI", "Value": [uid]} for tag, uid in found.items()}]).encode()
        plan = plan_of(self.file)
        content = self.file.read_bytes()
        if "/frames/" in path:
            assert plan is not None
            place = plan.frames[int(path.rpartition("/")[2]) - 1]
            content = content[place.offset : place.offset + place.length]
        kind = "application/octet-stream" if "/frames/" in path else "application/dicom"
        body = f"--lies\r\nContent-Type: {kind}\r\n\r\n".encode() + self.lie(path, content) + b"\r\n--lies--"
        return f'multipart/related; type="{kind}"; boundary=lies', body


@contextmanager
def lying_server(file: Path) -> Iterator[LyingServer]:
    """On loopback, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = server.answer(self.path)
            self.send_response(server.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if server.status in {301, 302, 307}:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            self.wfile.write(body[: len(body) - server.cut])
            self.close_connection = bool(server.cut)

        def log_message(self, *_: object) -> None:
            return

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    server = LyingServer(file, f"http://127.0.0.1:{listener.server_port}/dicom-web")
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
