"""Whatever somebody hands to the program to harm it, each kind of input ends as the table says: refused by the name of its fault."""

import json
import os
import sqlite3
import stat
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from corelab.domain.charter import CharterError, load_charter
from corelab.domain.record_errors import LabError
from corelab.domain.transmittal import RowFault, TransmittalRefusedError
from corelab.domain.transmittal_file import read_transmittal
from corelab.export.check import LARGEST_LIST, load
from corelab.resources import resource
from corelab.services import intake, labs
from corelab.services.intake.archives import MEMBER_LIMIT
from tests.builders import Lab, a_lab
from tests.dicom_builders import a_file
from tests.integration.test_hostile_objects import HOSTILE

HEAD = b"subject,visit,path_or_study_uid"
SOUND_CHARTER = resource("charters", "dvt_lower_extremity.toml").read_bytes()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return a_lab(tmp_path_factory.mktemp("hostile"))


def ends(lab: Lab, *sources: Path) -> list[str]:
    """What becomes of each object of a delivery: its code, or its outcome where it has none."""
    report = intake.take_in(lab.open, lab.coordinator, sources, subject="S-1", visit="D10", dry_run=True)
    return [one.code or one.outcome.value for one in report.objects]


# ---------------------------------------------------------------- objects


def test_hostile_objects_of_one_delivery_end_each_with_its_own_code(lab: Lab, tmp_path: Path) -> None:
    for n, (made, _) in enumerate(HOSTILE.values()):
        (tmp_path / f"{n:02}.dcm").write_bytes(made())
    a_file(tmp_path / "99.dcm")
    assert ends(lab, tmp_path) == [*(code.value for _, code in HOSTILE.values()), "checked"]


# ---------------------------------------------------------------- archives


def _named(*names: str) -> Callable[[Path], None]:
    def made(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for n, name in enumerate(names):
                info = zipfile.ZipInfo("placeholder")
                info.filename = name
                archive.writestr(info, f"content {n}")

    return made


def _of_kind(kind: int) -> Callable[[Path], None]:
    def made(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            info = zipfile.ZipInfo("1.dcm")
            info.external_attr = (kind | 0o777) << 16
            archive.writestr(info, "/etc/passwd")

    return made


def _swelling(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.dcm", bytes(64 << 20))


def _nested(path: Path) -> None:
    _swelling(path)
    with zipfile.ZipFile(path.with_suffix(".outer"), "w") as archive:
        archive.write(path, "1.zip")
    path.with_suffix(".outer").replace(path)


def _encrypted(path: Path) -> None:
    _named("1.dcm")(path)
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", data, data.rindex(signature) + flags, 1)
    path.write_bytes(data)


def _crowded(path: Path) -> None:
    """One entry of the directory, repeated."""
    _named("1")(path)
    data = path.read_bytes()
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    tail = bytearray(data[end:])
    struct.pack_into("<I", tail, 12, (end - at) * (MEMBER_LIMIT + 1))
    path.write_bytes(data[:at] + data[at:end] * (MEMBER_LIMIT + 1) + tail)


ARCHIVES: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    **{
        f"a member called {name}": (_named(name), ["ARCHIVE_MEMBER"])
        for name in ("../x", "a/../../x", "/x", "c:\\x", "..\\x", "CON", "a/nul.txt")
    },
    "two members of one name": (_named("a", "a"), ["NOT_DICOM", "ARCHIVE_MEMBER"]),
    "two members of one name but for its case": (_named("a", "A"), ["NOT_DICOM", "ARCHIVE_MEMBER"]),
    "a link": (_of_kind(stat.S_IFLNK), ["ARCHIVE_MEMBER"]),
    "a device": (_of_kind(stat.S_IFCHR), ["ARCHIVE_MEMBER"]),
    "a member that swells a thousandfold": (_swelling, ["ARCHIVE_MEMBER"]),
    "an archive in an archive": (_nested, ["ARCHIVE_MEMBER"]),
    "an encrypted member": (_encrypted, ["ARCHIVE_MEMBER"]),
    "more members than any delivery": (_crowded, ["ARCHIVE_MEMBER"]),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ARCHIVES)
def test_p11_71_a_hostile_archive_ends_with_its_codes_and_writes_nothing(name: str, lab: Lab, tmp_path: Path) -> None:
    made, codes = ARCHIVES[name]
    (tmp_path / "site").mkdir()
    made(tmp_path / "site" / "delivery.zip")
    assert ends(lab, tmp_path / "site") == codes
    assert [path.name for path in tmp_path.rglob("*")] == ["site", "delivery.zip"]


# ---------------------------------------------------------------- lists of sites


CHARTER = load_charter(SOUND_CHARTER)
ROW = f"\nS-1,{CHARTER.visits[0].id},".encode()

LISTS = {
    "ten million rows": (b"\n" * 10_000_000, (None, RowFault.ROWS)),
    "a NUL": (HEAD + ROW + b"a\0b", (2, RowFault.NUL)),
    "two encodings": (HEAD + ROW + "\xfc".encode() + ROW + "\xfc".encode("latin-1"), (3, RowFault.ENCODING)),
    "a cell that a spreadsheet executes": (HEAD + ROW.replace(b"S-1", b"=1+1") + b"a", (2, RowFault.SUBJECT)),
    "a field of 1 MB": (HEAD + ROW + b"x" * (1 << 20), (2, RowFault.LONG)),
    "wide characters": ((HEAD + ROW + b"a").decode().encode("utf-16"), (None, RowFault.WIDE)),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_hostile_list_is_refused_with_its_row(name: str) -> None:
    content, found = LISTS[name]
    with pytest.raises(TransmittalRefusedError) as refused:
        read_transmittal(content, CHARTER)
    assert [(fault.row, fault.kind) for fault in refused.value.faults] == [found]


def test_a_list_with_the_mark_of_its_encoding_is_read() -> None:
    assert len(read_transmittal(b"\xef\xbb\xbf" + HEAD + ROW + b"a", CHARTER).lines) == 1


# ---------------------------------------------------------------- charters


CHARTERS = {
    "100 MB": (SOUND_CHARTER + b"#" * 100_000_000, "larger than 1 MiB"),
    "100,000 tables": (b"".join(b"[a%x]\n" % n for n in range(100_000)), ""),
    "deep arrays": (b"a = " + b"[" * 100_000, "nested too deeply"),
    "deep keys": (b".".join([b"a"] * 10_000) + b" = 1", "nested too deeply"),
    "a NUL": (SOUND_CHARTER + b'\nx = "\0"\n', "not TOML"),
    "a number of many digits": (SOUND_CHARTER.replace(b"format = 1", b"format = " + b"9" * 5_000, 1), ""),
    "other bytes": (b"\xff\xfe" + SOUND_CHARTER, "not UTF-8"),
}


@pytest.mark.parametrize("name", CHARTERS)
def test_a_hostile_charter_is_refused_in_words(name: str) -> None:
    content, words = CHARTERS[name]
    with pytest.raises(CharterError) as refused:
        load_charter(content)
    assert any(words in fault.message for fault in refused.value.faults)


# ---------------------------------------------------------------- databases


def _of_another_program(path: Path) -> None:
    path.unlink()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE song (name TEXT)")
    other.commit()
    other.close()


def _newer(path: Path) -> None:
    own = sqlite3.connect(path)
    own.execute("UPDATE alembic_version SET version_num = '9999'")
    own.commit()
    own.close()


def _text(path: Path) -> None:
    path.write_text("no database at all\n" * 1000, encoding="utf-8")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DATABASES: dict[str, tuple[Callable[[Path], None], str]] = {
    "of another program": (_of_another_program, "NotALabError"),
    "of a later version": (_newer, "NewerSchemaError"),
    "no database": (_text, "NotALabError"),
    "empty": (_empty, "NotALabError"),
    "a folder": (_folder, "NotALabError"),
    "a pipe": (_pipe, "NotALabError"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no pipes among its files")
@pytest.mark.parametrize("name", DATABASES)
def test_a_database_that_is_none_is_refused_by_the_name_of_its_fault(name: str, lab: Lab, tmp_path: Path) -> None:
    made, fault = DATABASES[name]
    folder = tmp_path / "lab"
    folder.mkdir()
    with sqlite3.connect(lab.open.store.path) as own, sqlite3.connect(folder / lab.open.store.path.name) as copy:
        own.backup(copy)
    own.close()
    copy.close()
    made(folder / lab.open.store.path.name)
    with pytest.raises(LabError) as refused:
        labs.open_lab(folder, lab.clock, tmp_path)
    assert type(refused.value).__name__ == fault


# ---------------------------------------------------------------- packages


def _listing(*paths: str) -> bytes:
    return json.dumps({"files": [{"path": path, "sha256": "0" * 64, "bytes": 1} for path in paths]}).encode()


MANIFESTS = {
    "a file outside": (_listing("../x"), "../x: a name outside the package"),
    "an absolute path": (_listing("/etc/passwd"), "/etc/passwd: a name outside the package"),
    "a drive": (_listing("c:\\x"), "c:\\x: a name outside the package"),
    "a million files": (_listing(*(f"data/{n}" for n in range(1_000_000))), "MANIFEST.json: cannot be read (ValueError)"),
    "a huge document": (b"[" * (LARGEST_LIST + 1), "MANIFEST.json: cannot be read (ValueError)"),
    "a deep document": (b"[" * 100_000, "MANIFEST.json: cannot be read (RecursionError)"),
    "a number without end": (b'{"files": [{"path": "a", "sha256": "", "bytes": 1e999}]}', "MANIFEST.json: cannot be read (OverflowError)"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_hostile_manifest_is_a_fault_of_the_package(name: str, tmp_path: Path) -> None:
    content, told = MANIFESTS[name]
    (tmp_path / "x").write_bytes(b"x")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "MANIFEST.json").write_bytes(content)
    _, faults = load(tmp_path / "package")
    assert told in [f"{fault.where}: {fault.what}" for fault in faults]


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no pipes among its files")
def test_a_pipe_in_place_of_a_manifest_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "MANIFEST.json")
    assert load(tmp_path)[0] is None
