"""The signature of a package in minisign's format: the worked example, and what no longer verifies."""

import shutil
import subprocess
from pathlib import Path

import pytest

from corelab.storage.minisign import MinisignKey, NoMinisignError, trusted_comment

KEY = MinisignKey(b"\x44" * 32, bytes(range(1, 9)))
DATA = b'{"v":1}\n'
COMMENT = "timestamp:1768240800 file:MANIFEST.json hashed trial:DEMO-01 transfer:T001 head:2"
SIGNED = KEY.signature_text(DATA, COMMENT)


def test_the_worked_example_is_made_to_the_byte() -> None:
    assert SIGNED.split("\n")[1:4] == [
        "RUQBAgMEBQYHCHHoWmY8g6/0KT8m2cJn0tHmnmnROtzRMEzAIZiWIN6Usao8+DR2jDQ1uzpzSPv+n/qKKn8bO/CwaM3Zq8D4OA4=",
        f"trusted comment: {COMMENT}",
        "sHsw9nERnDoh1+0KeugRAO3Yf6UEP0MgTX00C5bHevNiW+aLYpgY32kJiKMOxyNKf+bc7K0owb5mai9Pj1DcBg==",
    ]
    assert KEY.public_text == (
        "untrusted comment: minisign public key 0807060504030201\nRWQBAgMEBQYHCNdZeTu8E6KBmoJ8dq22+6ikmu4Af0ny0JktmbglrSxI\n"
    )


def test_it_verifies_and_gives_its_comment() -> None:
    assert trusted_comment(DATA, SIGNED, KEY.public_text) == COMMENT


@pytest.mark.parametrize(
    ("data", "text", "public"),
    [
        (DATA + b" ", SIGNED, KEY.public_text),
        (DATA, SIGNED.replace("T001", "T002"), KEY.public_text),
        (DATA, SIGNED, MinisignKey(b"\x45" * 32, KEY.number).public_text),
        (DATA, SIGNED, MinisignKey(KEY.seed, b"12345678").public_text),
    ],
)
def test_other_bytes_comments_and_keys_do_not(data: bytes, text: str, public: str) -> None:
    assert trusted_comment(data, text, public) is None


@pytest.mark.parametrize("text", ["", "one line", SIGNED.replace("RUQB", "!!!!"), SIGNED.replace("RUQB", "RWQB")])
def test_a_text_in_another_format_is_refused(text: str) -> None:
    with pytest.raises(NoMinisignError):
        trusted_comment(DATA, text, KEY.public_text)


def test_a_lab_key_has_its_own_number() -> None:
    assert MinisignKey.of(b"\x01" * 32).number != MinisignKey.of(b"\x02" * 32).number


def minisign(folder: Path) -> subprocess.CompletedProcess[str]:
    """The verdict of the program whose format it is."""
    program = shutil.which("minisign")
    if program is None:
        pytest.skip("the program minisign is not installed here")
    asked = (program, "-V", "-p", "corelab.pub", "-m", "MANIFEST.json", "-x", "MANIFEST.json.minisig")
    return subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_the_program_minisign_verifies_it_and_shows_its_comment(tmp_path: Path) -> None:
    (tmp_path / "corelab.pub").write_text(KEY.public_text)
    (tmp_path / "MANIFEST.json.minisig").write_text(SIGNED)
    (tmp_path / "MANIFEST.json").write_bytes(DATA)
    verdict = minisign(tmp_path)
    assert verdict.returncode == 0, verdict.stderr
    assert f"Trusted comment: {COMMENT}" in verdict.stdout
    (tmp_path / "MANIFEST.json").write_bytes(DATA + b" ")
    assert minisign(tmp_path).returncode != 0
    (tmp_path / "MANIFEST.json").write_bytes(DATA)
    (tmp_path / "MANIFEST.json.minisig").write_text(SIGNED.replace("T001", "T002"))
    assert minisign(tmp_path).returncode != 0
