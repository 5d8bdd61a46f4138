"""The text of a checkpoint: the worked example to the byte, and what is refused where."""

import pytest

from corelab.domain.checkpoint import Checkpoint, CheckpointRefusedError, CheckpointSignature, key_hint, parse_checkpoint
from corelab.domain.vocabulary import AccountId
from corelab.storage.keys import Signer, is_signed_by, sign_public

LAB = "00000000-0000-4000-8000-0000000000a1"
COORDINATOR = AccountId("00000000-0000-4000-8000-0000000000b2")
HEAD = "bdf18e0b78e57ca9837151b1b884c203fb317980570c407aa64b2a552f6dc0f7"
SEED = b"\x44" * 32
TEXT = f"""corelab/{LAB}
2
vfGOC3jlfKmDcVGxuITCA/sxeYBXDEB6pksqVS9twPc=
trial DEMO-01
at 2026-01-12T18:00:00.000Z

\u2014 {COORDINATOR} tGGFFtDE6/gvg1cctcuWf/hMNXAvr1yaryAR0epISFX3lsQFaZpC69XD2tqe6Y9EaNaLWJA5TMXp9xq6nDQWv6P16g0=
"""


def unsigned() -> Checkpoint:
    return Checkpoint(LAB, 2, HEAD, "DEMO-01", "2026-01-12T18:00:00.000Z")


def signed() -> Checkpoint:
    one, public = unsigned(), sign_public(SEED)
    with Signer(COORDINATOR, "Coordinator", public, bytearray(SEED)) as signer:
        signature = CheckpointSignature(COORDINATOR, key_hint(COORDINATOR, public), signer.sign(one.body))
    return Checkpoint(one.lab, one.seq, one.head, one.trial, one.at, signature)


def test_the_worked_example_is_made_and_read_to_the_byte() -> None:
    assert signed().text == TEXT
    assert parse_checkpoint(TEXT) == signed()


def test_a_witness_copy_has_no_signature_and_is_read_too() -> None:
    assert unsigned().text == TEXT.partition("\n\n")[0] + "\n"
    assert parse_checkpoint(unsigned().text) == unsigned()


def test_a_text_that_went_through_another_system_is_the_same_checkpoint() -> None:
    assert parse_checkpoint(TEXT.replace("\n", "\r\n")) == parse_checkpoint(TEXT.rstrip("\n")) == signed()


def test_the_short_form_is_the_number_and_16_digits() -> None:
    assert signed().short == "2 bdf18e0b78e57ca9"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (f"corelab/{LAB}", "corelab/elsewhere", 1),
        ("\n2\n", "\n0\n", 2),
        ("\n2\n", "\n2.5\n", 2),
        ("vfGO", "vf", 3),
        ("twPc=", "twPd=", 3),
        ("trial DEMO-01", "DEMO-01", 4),
        ("trial DEMO-01", "trial ", 4),
        ("18:00:00.000Z", "18:00", 5),
        ("\n\n", "\nand more\n", 6),
        ("\u2014 ", "- ", 7),
        ("tGGF", "tG", 7),
        ("\n2\n", "\n", 6),
        (TEXT, "", 1),
    ],
)
def test_what_is_no_checkpoint_is_refused_with_its_line(old: str, new: str, line: int) -> None:
    assert old in TEXT
    with pytest.raises(CheckpointRefusedError) as refused:
        parse_checkpoint(TEXT.replace(old, new))
    assert refused.value.line == line


def test_no_changed_bit_of_the_text_still_verifies() -> None:
    text, public = TEXT.encode(), sign_public(SEED)
    passed = 0
    for place in range(len(text) * 8):
        changed = bytearray(text)
        changed[place // 8] ^= 1 << place % 8
        try:
            found = parse_checkpoint(changed.decode())
        except (CheckpointRefusedError, UnicodeDecodeError):
            continue
        whose = found.signed is not None and found.signed.account == COORDINATOR and found.signed.hint == key_hint(COORDINATOR, public)
        passed += whose and found.signed is not None and is_signed_by(public, found.body, found.signed.signature)
    assert passed == 0
