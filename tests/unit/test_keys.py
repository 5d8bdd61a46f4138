"""Keys, envelopes, signatures and codes against the published test vectors, and what each refuses."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.audit import canonical
from corelab.domain.record_errors import CodeRefusedError, KeyRefusedError, NotSealedToError
from corelab.domain.vocabulary import AccountId, LabId
from corelab.storage import codes, keys
from corelab.storage.keys import BoxPublic, BoxSecret, Kdf, Signer
from tests.unit.test_audit import ACCOUNT, LAB, PAYLOAD_2, SIGN_KEY_ID, SIGNATURE, SIGNED

PASSWORD, SALT = "correct horse battery", bytes(range(16))
KEK = bytes.fromhex("4f09b846f601e6c8d7761873fb01a0d4c388008ee6bdef3678fbd5cc746512ec")
SIGN_SEED, BOX, CUSTODY = b"\x11" * 32, BoxSecret.of(b"\x22" * 32), BoxSecret.of(b"\x33" * 32)
STRANGER = BoxSecret.of(b"\x77" * 32)
LAB_ID, OWNER = LabId(LAB), AccountId(ACCOUNT)


def test_keys_of_the_vector_seeds() -> None:
    assert keys.sign_public(SIGN_SEED).hex() == "d04ab232742bb4ab3a1368bd4615e4e6d0224ab71a016baf8520a332c9778737"
    assert BOX.public.raw.hex() == "0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20"
    assert BOX.public.key_id == "34971d452e5502c9294662fd6e868a6e"
    assert CUSTODY.public.raw.hex() == "7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14"
    assert CUSTODY.public.key_id == "df88bfebe0acc47df34952532de3ccfb"


def test_password_key_at_full_cost() -> None:
    assert keys.PRODUCTION_KDF.password_key(PASSWORD, SALT) == KEK


def test_password_key_at_test_cost() -> None:
    expected = "0dfe509cfb319e6f63967799aad3c4d9ce06d7e9abef9f74dcc45d30eda9d60c"
    assert Kdf(1, 8192).password_key(PASSWORD, SALT).hex() == expected


def test_a_password_typed_with_combining_marks_is_the_same_password() -> None:
    assert Kdf(1, 8192).password_key("e\u0301", SALT) == Kdf(1, 8192).password_key("\u00e9", SALT)


def test_the_wrapped_signing_seed_of_the_vector_opens() -> None:
    after_nonce = bytes.fromhex(
        "38ab7c7a5ad8de27b8d0c3586298b5aab744b4fb5450f552b22de415809ab2d97c2391a78fd3006fd45219898c8b42743313cc3ef53480f82d6911708e0db2"
        "38fd15b2237fa11cda4b751efefe232204ee0dc6840deea1a18a79e42b7a423d933d7e2dc707"
    )
    assert keys.unwrap(KEK, "sign", LAB_ID, OWNER, b"\xa1" * 24 + after_nonce) == SIGN_SEED


def test_a_wrapped_seed_opens_only_with_its_password_label_lab_and_owner() -> None:
    wrapped = keys.wrap(KEK, "sign", LAB_ID, OWNER, SIGN_SEED)
    other = "00000000-0000-4000-8000-0000000000ff"
    assert keys.unwrap(KEK, "sign", LAB_ID, OWNER, wrapped) == SIGN_SEED
    assert len(wrapped) == 125
    for kek, label, lab, owner in (
        (b"\0" * 32, "sign", LAB_ID, OWNER),
        (KEK, "box", LAB_ID, OWNER),
        (KEK, "sign", LabId(other), OWNER),
        (KEK, "sign", LAB_ID, AccountId(other)),
    ):
        with pytest.raises(KeyRefusedError):
            keys.unwrap(kek, label, lab, owner, wrapped)


def test_the_body_of_the_vector_envelope() -> None:
    opening = b"\x02" * 32 + canonical(PAYLOAD_2)
    body = keys._sealed_body(opening, b"\x5a" * 32, b"\xa3" * 24, 2048)
    assert len(body) == 2088
    assert hashlib.sha256(body).hexdigest() == "b450e12f9f3861de5d96287fc69f94abc0c90ac1c2bd85d471e75307ef5e447b"


def test_an_envelope_opens_for_each_recipient_and_for_nobody_else() -> None:
    opening = b"\x02" * 32 + canonical(PAYLOAD_2)
    envelope = keys.seal(opening, [BOX.public, CUSTODY.public], 2048)
    assert len(envelope) == 2285
    assert keys.unseal(envelope, BOX) == keys.unseal(envelope, CUSTODY) == opening
    with pytest.raises(KeyRefusedError):
        keys.unseal(envelope, STRANGER)


def test_envelopes_of_one_transaction_share_a_key_that_is_sealed_once_and_nothing_else() -> None:
    sealer, to = keys.Sealer(), (BOX.public, CUSTODY.public)
    one, other, alone = sealer.seal(b"one", to), sealer.seal(b"other", to), sealer.seal(b"alone", (CUSTODY.public,))
    end = 5 + 2 * 96
    assert one[:end] == other[:end]
    assert one[end : end + keys.NONCE] != other[end : end + keys.NONCE]
    assert keys.content_key(one, BOX) == keys.content_key(other, CUSTODY) != keys.content_key(alone, CUSTODY)
    assert keys.content_key(one, BOX) != keys.content_key(keys.Sealer().seal(b"one", to), BOX)
    assert [keys.unseal(each, CUSTODY) for each in (one, other, alone)] == [b"one", b"other", b"alone"]
    with pytest.raises(NotSealedToError):
        keys.unseal(alone, BOX)
    with pytest.raises(NotSealedToError):
        keys.unseal(other, STRANGER)


@pytest.mark.parametrize("padded", [b"", b"\0" * 16, b"text", b"text\x80\0\1", b"\x81" + b"\0" * 15])
def test_a_body_without_its_padding_is_refused(padded: bytes) -> None:
    key = bytes(32)
    with pytest.raises(KeyRefusedError):
        keys._unpadded(keys.encrypt(key, padded), key)


def test_no_bit_of_an_envelope_changes_what_custody_reads() -> None:
    opening = b"\x02" * 32 + b'{"a":1}'
    envelope = keys.seal(opening, [BOX.public, CUSTODY.public], 64)
    for place in range(len(envelope)):
        changed = bytearray(envelope)
        changed[place] ^= 1
        try:
            assert keys.unseal(bytes(changed), CUSTODY) == opening
            assert 5 <= place < 5 + 96  # the slot of the other recipient
        except KeyRefusedError:
            pass


@pytest.mark.parametrize("short", [b"", b"CLE1", b"CLE1\x01", b"CLE1\x01" + b"\0" * 50])
def test_a_cut_envelope_is_refused(short: bytes) -> None:
    with pytest.raises(KeyRefusedError):
        keys.unseal(short, CUSTODY)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 400))
def test_the_length_of_an_envelope_tells_only_the_next_multiple(length: int) -> None:
    envelope = keys.seal(b"x" * length, [BOX.public], 512)
    assert len(envelope) == len(keys.seal(b"", [BOX.public], 512))
    assert keys.unseal(envelope, BOX) == b"x" * length


def test_p11_49_the_signature_of_the_vector_document() -> None:
    with Signer(OWNER, "Test Reader", keys.sign_public(SIGN_SEED), bytearray(SIGN_SEED)) as signer:
        assert signer.key_id == SIGN_KEY_ID
        assert signer.sign(SIGNED.signed_bytes) == SIGNATURE


@pytest.mark.parametrize("name", SIGNED.__dataclass_fields__)
def test_p11_49_a_signature_holds_for_no_other_value_of_any_field(name: str) -> None:
    was = getattr(SIGNED, name)
    other: Any = was + 1 if isinstance(was, int) else f"{was}x"
    changed = replace(SIGNED, **{name: other})
    assert not keys.is_signed_by(keys.sign_public(SIGN_SEED), changed.signed_bytes, SIGNATURE)


def test_no_changed_bit_of_the_signed_bytes_verifies() -> None:
    public, document = keys.sign_public(SIGN_SEED), SIGNED.signed_bytes
    assert keys.is_signed_by(public, document, SIGNATURE)
    for place in range(len(document)):
        changed = bytearray(document)
        changed[place] ^= 1
        assert not keys.is_signed_by(public, bytes(changed), SIGNATURE)
    assert not keys.is_signed_by(public, document, SIGNATURE[:-1])
    assert not keys.is_signed_by(b"short", document, SIGNATURE)


def test_a_signing_key_signs_nothing_after_its_block() -> None:
    with Signer(OWNER, "Test Reader", keys.sign_public(SIGN_SEED), bytearray(SIGN_SEED)) as signer:
        pass
    assert not any(signer.seed)
    with pytest.raises(KeyRefusedError):
        signer.sign(b"document")


def test_nothing_shows_a_secret_when_printed() -> None:
    made = keys.new_keys()
    shown = [made, BoxSecret.of(made.box), Signer(OWNER, "R", made.sign_public, bytearray(made.sign)), keys.make_opening({"a": "grade"})]
    shown.append(codes.new_code("00000000-0000-4000-8000-0000000000a9"))
    for each in shown:
        for secret in (made.box, made.sign, b"grade"):
            assert repr(secret)[2:-1] not in repr(each)
    assert "secret" not in repr(shown[-1])


def test_a_box_secret_is_gone_after_its_block() -> None:
    with BoxSecret.of(b"\x22" * 32) as secret:
        sealed = secret.public.seal(b"plain")
        assert secret.unseal(sealed) == b"plain"
    with pytest.raises(KeyRefusedError):
        secret.unseal(sealed)


def test_custody_passes_by_grant_and_by_recovery_code() -> None:
    sealed = keys.custody_grant(LAB_ID, BOX.public, CUSTODY)
    assert len(sealed) == 48 + 16 + 32 + len(b"corelab/custody/v1\0")
    assert keys.granted_custody(LAB_ID, BOX, sealed).public == CUSTODY.public
    with pytest.raises(KeyRefusedError):
        keys.granted_custody(LabId(ACCOUNT), BOX, sealed)
    recovery, kdf = bytes(range(0xC0, 0xD4)), Kdf(1, 8192)
    wrapped = keys.wrap_custody(recovery, kdf, LAB_ID, CUSTODY)
    assert keys.recovered_custody(recovery, kdf, LAB_ID, wrapped).public == CUSTODY.public


def test_a_lab_secret_opens_under_its_own_name_only() -> None:
    sealed = keys.seal_lab_secret(LAB_ID, "deid", CUSTODY.public, b"secret")
    assert keys.open_lab_secret(LAB_ID, "deid", CUSTODY, sealed) == b"secret"
    with pytest.raises(KeyRefusedError):
        keys.open_lab_secret(LAB_ID, "chance", CUSTODY, sealed)
    with pytest.raises(KeyRefusedError):
        keys.open_lab_secret(LAB_ID, "deid", STRANGER, sealed)


RECOVERY_CODE = "R30W-5GY4-RQ3C-FJ69-SB5W-SKEE-SZ8D-3MPK-4SXZ"


def test_the_recovery_code_of_the_vector() -> None:
    assert codes.code_for(bytes(range(0xC0, 0xD4))) == RECOVERY_CODE


@pytest.mark.parametrize("typed", [RECOVERY_CODE, RECOVERY_CODE.lower(), RECOVERY_CODE.replace("-", " "), RECOVERY_CODE.replace("0", "o")])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert codes.data_of(typed, 20) == bytes(range(0xC0, 0xD4))


@pytest.mark.parametrize(
    "typed", ["", "R30W", RECOVERY_CODE[:-1], RECOVERY_CODE.replace("5GY4", "5GY5"), RECOVERY_CODE.replace("R3", "U3")]
)
def test_a_mistyped_code_is_refused(typed: str) -> None:
    with pytest.raises(CodeRefusedError):
        codes.data_of(typed, 20)


def test_a_one_time_code_leads_to_its_invitation_and_proves_itself() -> None:
    invitation = "12345678-9abc-4def-8000-000000000001"
    code, kdf = codes.new_code(invitation), Kdf(1, 8192)
    typed = codes.typed_code(code.text)
    assert invitation.replace("-", "").startswith(typed.prefix)
    assert typed.matches(invitation, code.hashed(kdf, invitation))
    assert not codes.new_code(invitation).matches(invitation, code.hashed(kdf, invitation))


def test_public_keys_are_compared_by_value() -> None:
    assert BoxPublic(BOX.public.raw) == BOX.public
