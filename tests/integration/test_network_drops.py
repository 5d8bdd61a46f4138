"""Clips that sites send by network: who may send, what is kept of it, and that it is taken in like any delivery."""

import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydicom import dcmread

from corelab.domain.drops import DropEnd, DropFault, DropRefusedError
from corelab.domain.intake import ClipState, Outcome
from corelab.domain.record_errors import NotPermittedError
from corelab.services import drops, intake
from corelab.services.drops import Limits, Wanted
from corelab.services.verification import verify_lab
from tests.acceptance.command_line import CommandLine
from tests.acceptance.window import Place
from tests.builders import PASSWORD, Lab, a_lab
from tests.dicom_builders import NUMBER, TOKEN, US_MULTI, a_file, a_jpeg_file, speckle
from tests.network_builders import LONGEST, OTHER, SENDER, connected, echoed, listening, sent, stored

JPEG = ("-xy",)
US = "1.2.840.10008.5.1.4.1.1.6.1"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


def a_clip(path: Path, seed: int = 1) -> Path:
    return a_file(path, pixels=speckle(seed=seed))


def files_in_quarantine(lab: Lab) -> list[Path]:
    return [path for path in lab.open.quarantine.rglob("*") if path.is_file()]


def objects_in_quarantine(lab: Lab) -> list[Path]:
    return sorted(lab.open.quarantine.glob("drop-*/*.dcm"))


def test_a_jpeg_clip_arrives_as_it_was_sent_and_is_released_through_intake(lab: Lab, tmp_path: Path) -> None:
    source = a_jpeg_file(tmp_path / f"{TOKEN}.dcm")
    with listening(lab) as ears:
        assert sent(ears.port, source, options=JPEG) == 0
        drop = ears.drop()
    assert (drop.number, drop.sender, drop.objects, drop.whole) == (1, SENDER, 1, True)
    (received,) = objects_in_quarantine(lab)
    assert received.name == "1.dcm"
    assert dcmread(received).PixelData == dcmread(source).PixelData
    assert drops.drops(lab.open, lab.coordinator) == (drop,)
    (one,) = drops.take_drop(lab.open, lab.coordinator, 1, subject="S-1", visit="D10").objects
    assert one.outcome is Outcome.CHECKED
    assert one.clip is not None
    assert drops.drops(lab.open, lab.coordinator) == ()
    assert objects_in_quarantine(lab) == []
    intake.pass_pixels(lab.open, lab.coordinator, [one.clip], attended=False)
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [one.clip], attended=False)
    assert done.state is ClipState.RELEASED
    with lab.open.store.read() as snapshot:
        assert [row["kind"] for row in snapshot.all("delivery")] == ["network"]
    assert verify_lab(lab.open.folder).faults == ()


def test_who_is_not_on_the_list_is_refused_and_leaves_nothing(lab: Lab, tmp_path: Path) -> None:
    clip = a_clip(tmp_path / "clip.dcm")
    with listening(lab) as ears:
        assert sent(ears.port, clip, title="STRANGER") != 0
        assert ears.next() == (DropEnd.REFUSED, None)
        assert sent(ears.port, clip, called="ANOTHER") != 0
        assert ears.next() == (DropEnd.REFUSED, None)
        assert echoed(ears.port, title="STRANGER") != 0
        assert ears.next() == (DropEnd.REFUSED, None)
        assert echoed(ears.port) == 0
        assert ears.next() == (DropEnd.NOTHING, None)
    assert files_in_quarantine(lab) == []


def test_what_is_no_ultrasound_is_not_even_received(lab: Lab, tmp_path: Path) -> None:
    scan = a_file(tmp_path / "ct.dcm", lambda made: setattr(made, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2"))
    with listening(lab) as ears:
        assert sent(ears.port, scan) != 0
        assert ears.next() == (DropEnd.NOTHING, None)
    assert files_in_quarantine(lab) == []


@pytest.mark.parametrize("limits", [Limits(object=60_000, free=0), Limits(delivery=60_000, free=0)], ids=["object", "delivery"])
def test_a_sender_of_too_much_is_cut_off_and_nothing_of_it_is_left(limits: Limits, lab: Lab, tmp_path: Path) -> None:
    small, large = a_clip(tmp_path / "small.dcm"), a_file(tmp_path / "large.dcm", pixels=speckle(frames=40))
    assert small.stat().st_size < 60_000 < large.stat().st_size
    with listening(lab, limits=limits) as ears:
        assert sent(ears.port, small, large) != 0
        assert ears.next() == (DropEnd.TOO_LARGE, None)
        assert files_in_quarantine(lab) == []
        assert sent(ears.port, small) == 0
        assert ears.drop().objects == 1


def test_a_full_disk_keeps_what_came_whole(lab: Lab, tmp_path: Path) -> None:
    clip = a_clip(tmp_path / "clip.dcm")
    with listening(lab, limits=Limits(free=1 << 60)) as ears:
        assert sent(ears.port, clip) != 0
        assert ears.next()[1] is None
    assert files_in_quarantine(lab) == []


def test_two_senders_at_once_leave_two_drops_and_a_fifth_is_refused(lab: Lab, tmp_path: Path) -> None:
    clips = [a_clip(tmp_path / f"{n}.dcm", n) for n in range(2)]
    with listening(lab) as ears:
        first, second = connected(ears.port), connected(ears.port, OTHER)
        assert [stored(second, clips[1]), stored(first, clips[0])] == [0, 0]
        more = [connected(ears.port) for _ in range(2)]
        assert echoed(ears.port) != 0
        assert ears.next() == (DropEnd.REFUSED, None)
        second.release()
        assert (drop := ears.drop()).number == 1
        assert drop.sender == OTHER
        first.release()
        assert (drop := ears.drop()).number == 2
        assert drop.sender == SENDER
        for each in more:
            each.release()
            assert ears.next() == (DropEnd.NOTHING, None)
    received = {dcmread(path).PixelData for path in objects_in_quarantine(lab)}
    assert received == {dcmread(path).PixelData for path in clips}


def test_an_association_that_breaks_off_keeps_its_whole_objects_and_says_so(lab: Lab, tmp_path: Path) -> None:
    clip = a_clip(tmp_path / "clip.dcm")
    with listening(lab) as ears:
        broken = connected(ears.port)
        assert stored(broken, clip) == 0
        broken.abort()
        assert ears.next()[0] is DropEnd.INTERRUPTED
        open_still = connected(ears.port, OTHER)
        assert stored(open_still, clip) == 0
    end, drop = ears.next()
    assert (end, drop and drop.sender) == (DropEnd.INTERRUPTED, OTHER)
    assert [each.whole for each in drops.drops(lab.open, lab.coordinator)] == [False, False]


def test_a_length_that_no_message_has_is_not_waited_for(lab: Lab) -> None:
    """The library would read four gigabytes into memory."""
    with listening(lab) as ears, socket.create_connection(("127.0.0.1", ears.port), timeout=LONGEST) as line:
        line.sendall(struct.pack(">BBL", 1, 0, 0xFFFFFFFF) + b"x" * 100)
        assert ears.next() == (DropEnd.NOTHING, None)
        assert echoed(ears.port) == 0


def test_a_drop_is_discarded_with_a_reason(lab: Lab, tmp_path: Path) -> None:
    with listening(lab) as ears:
        assert sent(ears.port, a_clip(tmp_path / "clip.dcm")) == 0
        ears.next()
    with pytest.raises(DropRefusedError):
        drops.discard_drop(lab.open, lab.coordinator, 1, " ")
    assert len(drops.drops(lab.open, lab.coordinator)) == 1
    drops.discard_drop(lab.open, lab.coordinator, 1, "Another trial")
    assert files_in_quarantine(lab) == []
    with pytest.raises(DropRefusedError) as refused:
        drops.take_drop(lab.open, lab.coordinator, 1, subject="S-1", visit="D10")
    assert refused.value.fault is DropFault.UNKNOWN


def test_a_drop_that_was_not_taken_in_to_its_end_still_waits(lab: Lab, tmp_path: Path) -> None:
    with listening(lab) as ears:
        assert sent(ears.port, *(a_clip(tmp_path / f"{n}.dcm", n) for n in range(2))) == 0
        ears.next()
    asked: list[bool] = []

    def after_the_first() -> bool:
        asked.append(True)
        return len(objects_taken(lab)) == 1

    assert drops.take_drop(lab.open, lab.coordinator, 1, subject="S-1", visit="D10", cancelled=after_the_first).cancelled
    assert len(drops.drops(lab.open, lab.coordinator)) == 1
    report = drops.take_drop(lab.open, lab.coordinator, 1, subject="S-1", visit="D10")
    assert [one.outcome for one in report.objects] == [Outcome.DUPLICATE, Outcome.CHECKED]
    assert drops.drops(lab.open, lab.coordinator) == ()


def objects_taken(lab: Lab) -> tuple[object, ...]:
    with lab.open.store.read() as snapshot:
        return tuple(snapshot.all("intake_object"))


def test_nobody_but_a_coordinator_sees_or_takes_a_drop(lab: Lab) -> None:
    for step in (
        lambda: drops.drops(lab.open, lab.reader_1),
        lambda: drops.take_drop(lab.open, lab.reader_1, 1, subject="S-1", visit="D10"),
        lambda: drops.discard_drop(lab.open, lab.reader_1, 1, "why"),
    ):
        with pytest.raises(NotPermittedError):
            step()


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        (Wanted("", (SENDER,), 0), DropFault.TITLE),
        (Wanted("A" * 17, (SENDER,), 0), DropFault.TITLE),
        (Wanted("CORELAB", (), 0), DropFault.ALLOWED),
        (Wanted("CORELAB", ("back\\slash",), 0), DropFault.ALLOWED),
        (Wanted("CORELAB", (SENDER,), 0, "192.0.2.1"), DropFault.PORT),
        (Wanted("CORELAB", (SENDER,), 0, tls=drops.Tls(Path("none.pem"), Path("none.key"))), DropFault.TLS),
    ],
)
def test_what_cannot_be_listened_to_is_refused_in_words(wanted: Wanted, fault: DropFault, lab: Lab) -> None:
    told = drops.Told(lambda _port: None, lambda _end, _drop: None)
    with pytest.raises(DropRefusedError) as refused:
        drops.listen(lab.open, lab.coordinator, wanted, told, lambda: True)
    assert refused.value.fault is fault


def test_the_program_says_when_it_listens_and_a_killed_one_leaves_whole_objects(tmp_path: Path) -> None:
    """Nothing that a sender says stands in what it prints or logs, but for the title that the lab itself allowed."""
    a_lab(tmp_path)
    run = CommandLine(Place(tmp_path / "own"), {"coordinator": PASSWORD})
    clip = a_clip(tmp_path / "clip.dcm")
    with program(run, tmp_path) as (listener, port):
        broken = connected(port)
        assert stored(broken, clip) == 0
        listener.kill()
        listener.wait()
        broken.kill()
    (drop,) = run.done("drops", tmp_path / "lab", "list", user="coordinator")["drops"]
    assert (drop["number"], drop["objects"], drop["whole"], drop["sender"]) == (1, 1, False, SENDER)
    with program(run, tmp_path) as (listener, port):
        assert sent(port, clip) == 0
        assert listener.stderr is not None
        assert listener.stderr.readline() == f"Drop 2 from {SENDER}: 1 object.\n"
        listener.send_signal(signal.SIGTERM)
        said, rest = listener.communicate(timeout=LONGEST)
        assert listener.returncode == 0, rest
    assert said == "1 drop came.\n"
    taken = run.done("drops", tmp_path / "lab", "take", "2", "--subject", "S-1", "--visit", "D10", user="coordinator")
    assert [one["outcome"] for one in taken["objects"]] == ["checked"]
    gone = run.done("drops", tmp_path / "lab", "discard", "1", "--reason", "came again", user="coordinator")
    assert gone["number"] == 1
    log = "".join(path.read_text(encoding="utf-8", errors="replace") for path in (tmp_path / "own").rglob("*") if path.is_file())
    assert "command.ended" in log
    assert not [word for word in (SENDER, TOKEN, NUMBER) if word in log or word in rest]
    assert not [path for path in (tmp_path / "lab" / "quarantine").iterdir() if path.name.startswith((".", "drop-"))]


@contextmanager
def program(run: CommandLine, folder: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """``corelab listen``, ready as soon as it says so; ended by its own process."""
    told = {**run.place.environment, "CORELAB_USER": "coordinator", "CORELAB_PASSWORD": PASSWORD}
    asked = [sys.executable, "-m", "corelab", "listen", str(folder / "lab"), "--port", "0", "--allow", SENDER]
    with subprocess.Popen(asked, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as listener:
        try:
            assert listener.stderr is not None
            line = next(line for line in listener.stderr if line.startswith("Listening"))
            assert "WITHOUT TLS" in line
            yield listener, int(line.split("port ")[1].split()[0])
        finally:
            listener.kill()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A key, and a certificate that is its own authority."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not on this machine")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    wanted = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=corelab", "-keyout", key, "-out", certificate]
    subprocess.run([openssl, *map(str, wanted)], check=True, capture_output=True)
    return key, certificate


def test_with_tls_only_senders_with_a_certificate_of_the_authority_get_through(lab: Lab, tmp_path: Path, files: tuple[Path, Path]) -> None:
    key, certificate = files
    clip, own, trust = a_clip(tmp_path / "clip.dcm"), ("+tls", str(key), str(certificate)), ("+cf", str(certificate))
    with listening(lab, tls=drops.Tls(certificate, key, certificate)) as ears:
        assert sent(ears.port, clip) != 0
        assert sent(ears.port, clip, options=("+tla", *trust)) != 0
        assert sent(ears.port, clip, options=(*own, *trust)) == 0
        assert next(drop for _, drop in iter(ears.next, None) if drop is not None).number == 1
    (received,) = objects_in_quarantine(lab)
    assert dcmread(received).PixelData == dcmread(clip).PixelData


@pytest.mark.parametrize(
    ("option", "syntax"), [("-xr", "1.2.840.10008.1.2.5"), ("-xs", "1.2.840.10008.1.2.4.70"), ("-xy", "1.2.840.10008.1.2.4.50")]
)
def test_real_clips_arrive_in_the_compression_in_which_they_are_stored(option: str, syntax: str, lab: Lab, ultrasound: Path) -> None:
    sources = [path for folder in ("real", "derived") for path in sorted((ultrasound / folder).glob("*.dcm")) if of(path, syntax)][:2]
    assert sources
    with listening(lab) as ears:
        assert sent(ears.port, *sources, options=(option,)) == 0
        assert ears.drop().objects == len(sources)
    received = [dcmread(path) for path in objects_in_quarantine(lab)]
    assert [(one.file_meta.TransferSyntaxUID, one.PixelData) for one in received] == [(syntax, dcmread(each).PixelData) for each in sources]


def of(path: Path, syntax: str) -> bool:
    header = dcmread(path, specific_tags=["SOPClassUID"], stop_before_pixels=True)
    return bool(header.file_meta.TransferSyntaxUID == syntax and header.SOPClassUID in {US, US_MULTI})
