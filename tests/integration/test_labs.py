"""Making a lab: all of it or nothing, with its charter, its first two persons and its custody key; and what a new lab holds."""

import hashlib
import stat
from pathlib import Path

import pytest

from corelab.domain.accounts import Meaning, Role
from corelab.domain.charter import CharterError
from corelab.domain.record_errors import LabExistsError, PasswordRefusedError, PersonRefusedError
from corelab.domain.vocabulary import LabKind
from corelab.services import accounts, labs
from corelab.services.labs import LabSecrets, NewPerson
from corelab.services.verification import verify_lab
from corelab.storage import codes, keys, people
from tests.builders import FAST_KDF, PASSWORD, TickingClock, a_lab
from tests.charter_builders import REDUCED

CHARTER = REDUCED.read_bytes()
ADMINISTRATOR = NewPerson("administrator", "Administrator", PASSWORD)
COORDINATOR = NewPerson("coordinator", "Coordinator", PASSWORD)


def make(folder: Path, **different: object) -> labs.CreatedLab:
    given = {
        "charter_toml": CHARTER,
        "kind": LabKind.TRIAL,
        "administrator": ADMINISTRATOR,
        "coordinator": COORDINATOR,
        "clock": TickingClock(),
        "configuration": folder.parent / "configuration",
        "kdf": FAST_KDF,
        **different,
    }
    return labs.create(folder, **given)  # type: ignore[arg-type]


def test_a_new_lab_has_its_folders_and_verifies(tmp_path: Path) -> None:
    made = make(tmp_path / "Lab für Venen")
    assert {path.name for path in made.folder.iterdir() if path.suffix != ".db-journal"} == {
        "corelab.db",
        "clips",
        "quarantine",
        "exports",
        "backups",
    }
    assert stat.S_IMODE((made.folder / "quarantine").stat().st_mode) == 0o700
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    found = verify_lab(made.folder)
    assert found.ok
    assert found.checked == {"events": 7, "payloads": 7, "signatures": 1, "grades": 0, "clips": 0, "packages": 0}


@pytest.mark.parametrize("kind", LabKind)
def test_a_lab_knows_its_trial_kind_and_charter(tmp_path: Path, kind: LabKind) -> None:
    made = make(tmp_path / "lab", kind=kind)
    opened = labs.open_lab(made.folder, TickingClock(), tmp_path / "configuration")
    assert (opened.lab_id, opened.kind) == (made.lab_id, kind)
    assert opened.charter.hash == made.charter_sha256
    assert opened.trial_id == opened.charter.trial.id
    with opened.store.read() as snapshot:
        stored = snapshot.one("charter")
        assert stored is not None
        assert (stored["toml"], stored["file_sha256"]) == (CHARTER, hashlib.sha256(CHARTER).hexdigest())
        approval = snapshot.one("signature", record_type="charter")
        assert approval is not None
        assert approval["meaning"] == Meaning.CHARTER_APPROVAL.value


def test_a_lab_goes_into_an_empty_folder_and_into_no_other(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert make(tmp_path / "empty").folder.is_dir()
    for there in (tmp_path / "empty", tmp_path / "file"):
        if not there.exists():
            there.write_text("something")
        with pytest.raises(LabExistsError) as refused:
            make(there)
        assert refused.value.path == there


@pytest.mark.parametrize(
    ("different", "error"),
    [
        ({"charter_toml": b"format = 1"}, CharterError),
        ({"administrator": NewPerson("two words", "Administrator", PASSWORD)}, PersonRefusedError),
        ({"coordinator": NewPerson("coordinator", "", PASSWORD)}, PersonRefusedError),
        ({"coordinator": NewPerson("Administrator", "Coordinator", PASSWORD)}, PersonRefusedError),
        ({"coordinator": NewPerson("coordinator", "Coordinator", "short")}, PasswordRefusedError),
        ({"secrets": LabSecrets(b"1" * 32, b"seed")}, ValueError),
    ],
)
def test_what_cannot_be_made_leaves_nothing(tmp_path: Path, different: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        make(tmp_path / "lab", **different)
    assert not [path for path in tmp_path.iterdir() if path.name != "configuration"]


def test_a_failure_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("corelab.services.lab_making._approve_charter", fails)
    with pytest.raises(OSError, match="no space left"):
        make(tmp_path / "lab")
    assert not [path for path in tmp_path.iterdir() if path.name != "configuration"]


def test_a_charter_with_a_fault_is_refused_with_its_place(tmp_path: Path) -> None:
    faulty = CHARTER.replace(b"repeat_share = 0.0", b"repeat_share = 1.5")
    assert faulty != CHARTER
    with pytest.raises(CharterError) as refused:
        make(tmp_path / "lab", charter_toml=faulty)
    assert [fault.path for fault in refused.value.faults] == ["reading_type[0](DUPLEX).repeat_share"]
    assert not (tmp_path / "lab").exists()


def test_the_recovery_code_opens_the_custody_key_of_the_lab(tmp_path: Path) -> None:
    made = make(tmp_path / "lab")
    opened = labs.open_lab(made.folder, TickingClock(), tmp_path / "configuration")
    with opened.store.read() as snapshot:
        stored = snapshot.one("custody_key")
        assert stored is not None
        recovery = codes.data_of(made.recovery_code, keys.RECOVERY_BYTES)
        secret = keys.recovered_custody(recovery, FAST_KDF, opened.lab_id, stored["recovery_wrap"])
        assert secret.public == people.custody(snapshot).public


def test_the_secrets_of_a_simulated_lab_are_the_given_ones(tmp_path: Path) -> None:
    lab = a_lab(tmp_path, secrets=LabSecrets(b"1" * 32, b"demo"))
    assert accounts.lab_secret(lab.open, lab.coordinator, "deid") == b"1" * 32
    assert accounts.lab_secret(lab.open, lab.coordinator, "chance") == b"demo"


def test_each_real_lab_has_secrets_of_its_own(tmp_path: Path) -> None:
    one, other = a_lab(tmp_path, name="one"), a_lab(tmp_path, name="other")
    for name, length in (("deid", 32), ("package", 32), ("chance", 64)):
        found = [accounts.lab_secret(lab.open, lab.coordinator, name) for lab in (one, other)]
        assert found[0] != found[1]
        assert [len(each) for each in found] == [length, length]
    assert accounts.lab_secret(one.open, one.coordinator, "chance").isascii()


def test_nothing_secret_shows_when_a_lab_or_a_person_is_printed(tmp_path: Path) -> None:
    made = make(tmp_path / "lab")
    assert made.recovery_code not in repr(made)
    assert PASSWORD not in repr(ADMINISTRATOR)


def test_the_effective_charter_is_the_last_approved_one(tmp_path: Path) -> None:
    lab = a_lab(tmp_path)
    assert lab.open.charter is lab.open.charter
    with lab.open.store.read() as snapshot:
        assert labs.effective_charter(snapshot).hash == lab.charter_sha256
        with pytest.raises(LookupError):
            labs.charter_of(snapshot, "0" * 64)


def test_a_machine_keeps_its_id(tmp_path: Path) -> None:
    lab = a_lab(tmp_path)
    again = labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration)
    assert again.workstation == lab.open.workstation
    elsewhere = labs.open_lab(lab.open.folder, lab.clock, tmp_path / "other configuration")
    assert elsewhere.workstation != lab.open.workstation


def test_first_persons_hold_one_role_each(tmp_path: Path) -> None:
    lab = a_lab(tmp_path)
    assert lab.administrator.roles == {Role.ADMINISTRATOR}
    assert lab.coordinator.roles == {Role.COORDINATOR}
