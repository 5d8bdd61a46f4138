"""An answer of a child is believed only where a sound child could have given it, and its file only where it is the one it told of."""

import copy
import ctypes
import hashlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab import app
from corelab.cli import main
from corelab.domain.intake import HitClass, IntakeCode, ObjectRefusedError, Outcome
from corelab.domain.mask_template import Machine, Template
from corelab.imaging import child
from corelab.imaging.child import job, reader, wire
from corelab.imaging.child.bounds import SIZE, USUAL, Bounds
from corelab.imaging.child.ends import End
from corelab.imaging.child.program import command, environment
from corelab.imaging.child.trust import UntrustedError, adopt, believed
from corelab.imaging.child.wire import NoAnswerError
from corelab.imaging.deid.as_json import decision_from, decision_json, mark_from, mark_json, prepared_json
from corelab.imaging.deid.candidate import Decision, Prepared, prepare
from corelab.imaging.deid.identity import Identity
from tests.child_builders import MARK
from tests.dicom_builders import TOKEN, a_file, a_jpeg_file

Document = dict[str, Any]


@pytest.fixture
def sound(tmp_path: Path) -> Document:
    return prepared_json(prepare(a_file(tmp_path / "1.bin"), tmp_path / "made", MARK, Decision()))


@pytest.fixture
def held(tmp_path: Path) -> Document:
    return prepared_json(prepare(a_file(tmp_path / "2.bin", regions=[]), tmp_path / "made 2", MARK, Decision()))


def changed(document: Document, way: str, value: object) -> Document:
    made = copy.deepcopy(document)
    *path, last = way.split(".")
    inner: Any = made
    for name in path:
        inner = inner[name]
    if value is KeyError:
        del inner[last]
    else:
        inner[last] = value
    return made


def test_what_sound_children_say_is_believed_and_comes_back_whole(sound: Document, held: Document, tmp_path: Path) -> None:
    for document in (sound, held, prepared_json(prepare(a_jpeg_file(tmp_path / "3"), tmp_path / "x", MARK, Decision()))):
        assert prepared_json(believed(document)) == document
    rejected = Prepared(Outcome.REJECTED, IntakeCode.DECODE, IntakeCode.DECODE.message, (), Identity({"name": ("A",)}, (b"\xff",)))
    assert believed(prepared_json(rejected)) == rejected
    assert mark_from(mark_json(MARK)) == MARK
    decision = Decision(((1, 2, 3, 4),), nothing=True, accepted=True)
    assert decision_from(decision_json(decision)) == decision


LIES = {
    "another end": ("outcome", "released"),
    "no outcome": ("outcome", KeyError),
    "checked with a code": ("code", "DECODE"),
    "a code that is none": ("code", "FINE"),
    "checked without facts": ("facts", None),
    "checked without a digest": ("sha256", None),
    "half a digest": ("sha256", "abc"),
    "a digest that is a number": ("sha256", 7),
    "words of its own": ("message", f"This is {TOKEN}"),
    "a message that is a list": ("message", ["x"]),
    "a fault nobody knows": ("faults", [["fine", "x"]]),
    "a fault as long as a book": ("faults", [["truncated", "x" * 301]]),
    "a fault that draws on the screen": ("faults", [["truncated", "\x1b[2J"]]),
    "an identity that is a text": ("identity", "x"),
    "a value without end": ("identity", {"values": {"name": ["x" * ((1 << 17) + 1)]}, "raw": []}),
    "bytes that are none": ("identity", {"values": {}, "raw": ["zz"]}),
    "a study that is a name": ("study", TOKEN),
    "a text for a number": ("facts.rows", "64"),
    "true for a number": ("facts.rows", True),
    "no rows": ("facts.rows", 0),
    "more rows than any picture": ("facts.rows", 8193),
    "columns below zero": ("facts.columns", -1),
    "a UID that is a name": ("facts.sop_uid", TOKEN),
    "another class": ("facts.sop_class", "1.2.840.10008.5.1.4.1.1.2"),
    "another class's type": ("facts.sop_class", ["x"]),
    "a syntax that is a name": ("facts.transfer_syntax", TOKEN),
    "time that runs back": ("facts.timing", '{"each":"-1.0","frames":3,"source":"FrameTime"}'),
    "time without end": ("facts.timing", '{"each":"inf","frames":3,"source":"FrameTime"}'),
    "no time": ("facts.timing", "{}"),
    "time that is no JSON": ("facts.timing", "["),
    "more frames than any clip": ("facts.timing", '{"each":"1.0","frames":10001,"source":"FrameTime"}'),
    "a region nobody knows": ("facts.regions", '[{"kind":"x"}]'),
    "a box outside the picture": ("facts.kept", [[0, 0, 96, 63]]),
    "a box turned round": ("facts.hits", [[9, 9, 3, 3]]),
    "a box of three": ("facts.drawn", [[1, 2, 3]]),
    "a box of texts": ("facts.drawn", [["1", "2", "3", "4"]]),
    "a flagged frame that is not there": ("facts.flagged", [3]),
    "a flagged frame that is a name": ("facts.flagged", [TOKEN]),
    "a frame left out that no clip has": ("facts.left_out", [10_000]),
    "a date that is a name": ("facts.study_date", TOKEN),
    "rules of its own": ("facts.rules_version", "x"),
    "a count that is a text": ("facts.declared", "3"),
    "a class that is a name": ("facts.classes", [TOKEN]),
    "classes of hits that are not there": ("facts.classes", ["subject"] * 41),
    "classes that are a text": ("facts.classes", "subject"),
    "classes that are no list": ("facts.classes", 7),
    "a class that is a list": ("facts.classes", [["subject"]]),
}


@pytest.mark.parametrize("lie", LIES)
def test_nothing_else_is_believed(lie: str, sound: Document) -> None:
    with pytest.raises(UntrustedError):
        believed(changed(sound, *LIES[lie]))


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_of_classes_nothing_but_one_for_each_hit_is_believed(said: object) -> None:
    document = copy.deepcopy(_with_hits())
    hits = len(document["facts"]["hits"])
    document["facts"]["classes"] = said
    fits = isinstance(said, list) and said and len(said) == hits and all(each in [kind.value for kind in HitClass] for each in said)
    nothing = said in ([], {}, "")
    try:
        facts = believed(document).facts
    except UntrustedError:
        assert not fits
    else:
        assert facts is not None
        assert (fits and list(facts.classes) == [HitClass(each) for each in said]) or (nothing and facts.classes == ())  # type: ignore[attr-defined]


@given(st.data())
def test_classes_come_through_as_they_were_told(data: st.DataObject) -> None:
    document = copy.deepcopy(_with_hits())
    hits = len(document["facts"]["hits"])
    told = data.draw(st.lists(st.sampled_from([kind.value for kind in HitClass]), max_size=hits + 2))
    document["facts"]["classes"] = told
    if len(told) in {0, hits}:
        assert prepared_json(believed(document)) == document
    else:
        with pytest.raises(UntrustedError):
            believed(document)


@cache
def _with_hits() -> Document:
    """An answer about an object in which text was found at two places."""
    with tempfile.TemporaryDirectory() as folder:
        document = prepared_json(prepare(a_file(Path(folder) / "1.bin"), Path(folder) / "made", MARK, Decision()))
    document["facts"]["hits"] = [[1, 1, 20, 9], [1, 30, 20, 39]]
    return document


def test_held_objects_have_a_code_and_no_candidate(held: Document) -> None:
    messages = [("message", f"{held['message']} {said}") for said in (TOKEN, "71300456713004")]
    for way, value in (("code", None), ("sha256", "0" * 64), ("facts", None), *messages):
        with pytest.raises(UntrustedError):
            believed(changed(held, way, value))


OTHER = Template("0" * 36, 1, Machine("Philips Medical Systems", "EPIQ 5G", ""), 64, 96, ((1, 1, 9, 9),))


@pytest.mark.parametrize("asked", [Decision(((1, 2, 3, 4),)), Decision()])
def test_a_mask_that_nobody_asked_for_ends_the_object(
    asked: Decision, sound: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release gate proves the mask that the child told of: a box that it leaves out would never be missed there."""
    source, target = a_file(tmp_path / "5.bin"), tmp_path / "5.new"
    masked = {} if asked.drawn else {"templated": [list(box) for box in OTHER.boxes], "template": OTHER.key}
    told = {**sound, "facts": {**sound["facts"], **masked}}

    def lying(_request: bytes, folder: Path, *_: object) -> End:
        shutil.copyfile(tmp_path / "made", folder / "made")
        return End(wire.message({"prepared": told}))

    monkeypatch.setattr(reader, "ended", lying)
    prepared = child.prepared(source, target, MARK, asked, templates=[OTHER])
    assert (prepared.outcome, prepared.code, target.exists()) == (Outcome.REJECTED, IntakeCode.STRUCTURE, False)


def test_a_lying_child_ends_its_object_not_the_delivery(sound: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = a_file(tmp_path / "5.bin"), tmp_path / "5.new"
    answers = {
        "a lie": wire.message({"prepared": changed(sound, "facts.rows", 0)}),
        "a candidate that is not there": wire.message({"prepared": sound}),
        "no answer": wire.message({}),
        "rubbish": b"\0\0\0\x05hello",
        "half": wire.message({"prepared": sound})[:-1],
        "more": wire.message({"prepared": sound}) + b"x",
        "a code that is none": wire.message({"refused": "FINE"}),
        "an error that is none": wire.message({"storage": "28"}),
    }
    for answer in answers.values():
        monkeypatch.setattr(reader, "ended", lambda *_, said=answer: End(said))
        told = child.prepared(source, target, MARK, Decision())
        assert (told.outcome, told.code) == (Outcome.REJECTED, IntakeCode.STRUCTURE)
        with pytest.raises(ObjectRefusedError):
            child.require_clean(source, Identity({}), (), ())
        with pytest.raises(ObjectRefusedError):
            child.finish(source, target, checked=False)
        assert {path.name for path in tmp_path.iterdir()} == {"1.bin", "made", "5.bin"}


# ---------------------------------------------------------------- the file that it made


def a_link(made: Path, other: Path) -> None:
    made.symlink_to(other)


def a_second_name(made: Path, other: Path) -> None:
    os.link(other, made)


def a_folder(made: Path, _other: Path) -> None:
    made.mkdir()


def a_pipe(made: Path, _other: Path) -> None:
    os.mkfifo(made)


def other_bytes(made: Path, _other: Path) -> None:
    made.write_bytes(b"other")


def too_many_bytes(made: Path, other: Path) -> None:
    made.write_bytes(other.read_bytes() * 2)


def nothing(_made: Path, _other: Path) -> None:
    pass


@pytest.mark.parametrize("way", [a_link, a_second_name, a_folder, a_pipe, other_bytes, too_many_bytes, nothing])
def test_only_the_very_file_that_it_told_of_is_taken(way: Callable[[Path, Path], None], tmp_path: Path) -> None:
    other, made, target = tmp_path / "other", tmp_path / "made", tmp_path / "target"
    other.write_bytes(b"candidate")
    way(made, other)
    with pytest.raises(UntrustedError):
        adopt(made, hashlib.sha256(b"candidate" * (2 if way is too_many_bytes else 1)).hexdigest(), target, 10)
    assert not target.exists()
    assert other.read_bytes() == b"candidate"


# ---------------------------------------------------------------- what is said, and by whom


def test_words_of_another_form_are_no_answer() -> None:
    sound = wire.message({"a": 1}, b"xyz")
    document, blob = wire.parts(sound)
    assert (document, bytes(blob)) == ({"a": 1, "blob": 3}, b"xyz")
    deep = b"[" * 100_000
    bad = (b"", b"\0\0", b"\0\0\0\x02[]", b"\0\0\0\x02{", b"\xff\xff\xff\xff{}", b'\0\0\0\x09{"a":NaN}', sound[:-1], sound + b"x")
    for said in (*bad, len(deep).to_bytes(4) + deep):
        with pytest.raises(NoAnswerError):
            wire.parts(said)
    assert wire.heard(io.BytesIO(wire.message({"a": 1})).read, 100) == {"a": 1}
    for said, limit in ((wire.message({"a": 1})[:-1], 100), (wire.message({"a": 1}), 3), (b"", 100)):
        with pytest.raises(NoAnswerError):
            wire.heard(io.BytesIO(said).read, limit)


def test_limits_travel_as_they_are() -> None:
    bounds = Bounds(1, 2, 3, 4, 5, 6, 7, 8)
    assert Bounds.from_bytes(bounds.to_bytes()) == bounds
    assert len(bounds.to_bytes()) == SIZE


def test_nothing_of_this_person_s_environment_goes_along() -> None:
    here = {"LANG": "de_DE.UTF-8", "PATH": "/bin", "HOME": "/home", "PYTHONPATH": "/evil", "LD_PRELOAD": "/evil.so"}
    assert environment(here) == {"LANG": "de_DE.UTF-8"} | environment({})
    assert environment({})["OPENCV_IO_MAX_IMAGE_PIXELS"] == str(1 << 26)
    assert command("starter", 7)[1:5] == ["-I", "-B", "-X", "utf8"]


def test_a_frozen_program_is_its_own_child(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(sys, "argv", ["corelab", "--child=starter", "7"])
    monkeypatch.setattr("corelab.imaging.child.starter.main", done.append)
    assert not app.is_child()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command("starter", 7)[1:] == sys.argv[1:]
    main()
    assert done == [7]
    monkeypatch.setattr(sys, "argv", ["corelab", "--child=os", "7"])
    assert not app.is_child()


def test_the_job_of_a_child_on_windows_has_the_form_that_windows_asks_for() -> None:
    if ctypes.sizeof(ctypes.c_void_p) == 8:
        assert (ctypes.sizeof(job.Basic), ctypes.sizeof(job.Extended)) == (64, 144)
    limits = job.limits_of(replace(USUAL, memory=3 << 30, cpu=120))
    assert limits.process_memory == 3 << 30
    assert limits.basic.per_process_user_time == 1_200_000_000
    assert limits.basic.flags == 0x2 | 0x8 | 0x100 | 0x400 | 0x2000
