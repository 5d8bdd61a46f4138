"""The bytes of the trail against the published test vectors."""

import hashlib
import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain import audit
from corelab.domain.audit import Header, NotCanonicalError, SignedDocument, canonical, normal

LAB = "00000000-0000-4000-8000-0000000000a1"
ACCOUNT = "00000000-0000-4000-8000-0000000000b1"
WORKSTATION = "00000000-0000-4000-8000-0000000000c1"
SESSION = "00000000-0000-4000-8000-0000000000c2"
READING = "00000000-0000-4000-8000-0000000000e1"
GENESIS = "360406f6c075df4a450db94e5ce2f8532d1a50d997d256facf4ed7a990ef3e76"
PAYLOAD_1 = b'{"name":"DEMO","reason_text":null}'
PAYLOAD_DIGEST_1 = "a792f4972a11fb85a0e4a08995c42f5bde75d5c1551cf36c75aa0a7eb797f46e"
LAB_ROW = {"created_at": "2026-01-12T08:00:00.000Z", "event_seq": 1, "kind": "demo", "lab_id": LAB, "trial_id": "DEMO-01"}
HASH_1 = "4ab10b12be01c09a98a851b8601f99559c8980bb0ac07060857a4bc6b7eb9510"
CHARTER, CLIP = "ab" * 32, "cd" * 32
PAYLOAD_2 = {
    "charter": CHARTER,
    "clips": [CLIP],
    "exam": "X1",
    "grades": [{"evidence": [{"clip": CLIP, "frames": [12, 47]}], "item": "COMP", "segment": "R-CFV", "value": "partial"}],
    "revision": 1,
}
PAYLOAD_DIGEST_2 = "ec343481a018d093b7967ff7b1e949d72bdd6b60ff0b6a08b45af19eba28e43c"
SIGN_KEY_ID = "af70e8b11dcb09afc67267be1c567f3d"
SIGNED = SignedDocument(
    account=ACCOUNT,
    at="2026-01-12T09:30:00.000Z",
    charter=CHARTER,
    content=PAYLOAD_DIGEST_2,
    key=SIGN_KEY_ID,
    lab=LAB,
    meaning="reading authorship",
    name="Test Reader",
    prev=HASH_1,
    record=READING,
    record_type="reading",
    revision=1,
    seq=2,
    trial="DEMO-01",
    tz=60,
)
SIGNATURE = bytes.fromhex(
    "425da81011230550e0445741e89a62084e835716945cf88f7e515ac343f684ca1471523373cd3aef6c2df25c69d8676ccbfbe3ec98fe9cb4a5d1a063574c530e"
)
HEADER_1 = Header(
    lab=LAB,
    seq=1,
    at="2026-01-12T08:00:00.000Z",
    tz=60,
    clock="system",
    actor=None,
    role=None,
    session=None,
    workstation=WORKSTATION,
    app="1.0.0",
    schema=1,
    kind="lab.created",
    entity="lab",
    id=LAB,
    reason=None,
    submit="00000000-0000-4000-8000-0000000000d1",
    payload=PAYLOAD_DIGEST_1,
    sealed=None,
    rows="3ad760bb0c6e9c3c314aaa64633e982ee8eb73bcf8ab51cc308049a4ea5d591d",
    prev=GENESIS,
)


def test_genesis_of_the_vector_lab() -> None:
    assert audit.genesis(LAB) == GENESIS


def test_payload_digest_of_event_1() -> None:
    opening = b"\x01" * 32 + PAYLOAD_1
    assert audit.payload_digest(opening) == PAYLOAD_DIGEST_1
    assert audit.payload_of(opening) == {"name": "DEMO", "reason_text": None}


def test_row_and_rows_digest_of_event_1() -> None:
    row = audit.row_digest("lab", LAB_ROW)
    assert row == "2cc153b70d52599403e09b4502474b0d23de5dc2031a544b4025d3f9c835b9c0"
    assert audit.rows_digest([row]) == HEADER_1.rows


def test_rows_digest_of_an_event_without_rows() -> None:
    assert audit.rows_digest([]) == "b3da7379c0afdefdeac93ee8ee63f3a0c6fbe839c293fa10ad268ddd27011c2e"


def test_rows_digest_knows_no_order() -> None:
    rows = [audit.row_digest("site", {"code": code}) for code in "abc"]
    assert audit.rows_digest(rows) == audit.rows_digest(rows[::-1])
    assert audit.rows_digest(rows) != audit.rows_digest(rows[1:])


_CELLS = st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")).map(normal)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z_]{1,6}", fullmatch=True), _CELLS))
def test_a_row_digest_is_the_digest_of_its_canonical_json(values: dict[str, object]) -> None:
    assert audit.row_digest("grade", values) == audit.digest("row/v1", canonical({"t": "grade", "c": values}))


@pytest.mark.parametrize("cell", [0.5, True, 2**53, "e\u0301", "\ud800", [1]])
def test_a_cell_that_no_column_holds_has_no_digest(cell: object) -> None:
    with pytest.raises(NotCanonicalError):
        audit.row_digest("grade", {"value": cell})


def test_hash_of_event_1() -> None:
    assert HEADER_1.hash == HASH_1


def test_payload_digest_of_the_reading() -> None:
    assert audit.payload_digest(b"\x02" * 32 + canonical(PAYLOAD_2)) == PAYLOAD_DIGEST_2


def test_rows_and_hash_of_the_signed_reading() -> None:
    reading = {
        "assignment_id": "00000000-0000-4000-8000-0000000000f1",
        "charter_hash": CHARTER,
        "content_digest": PAYLOAD_DIGEST_2,
        "event_seq": 2,
        "id": READING,
        "revision": 1,
        "supersedes_id": None,
    }
    signature = {
        "id": "00000000-0000-4000-8000-0000000000e2",
        "event_seq": 2,
        "record_type": "reading",
        "record_id": READING,
        "revision": 1,
        "account_id": ACCOUNT,
        "key_id": SIGN_KEY_ID,
        "printed_name": "Test Reader",
        "meaning": "reading authorship",
        "at": SIGNED.at,
        "tz": 60,
        "charter_hash": CHARTER,
        "content_digest": PAYLOAD_DIGEST_2,
        "prev_hash": HASH_1,
        "signature": SIGNATURE,
    }
    rows = [audit.row_digest("reading", reading), audit.row_digest("signature", signature)]
    assert rows == [
        "b69953e2b34bdc3c964f58cac778dc06724943f2f1bfaa96d501332174a4150b",
        "5c517e92d059084bd6bc054c457ecd2dcb5b5f331ba7b5667389dfda85bdced8",
    ]
    assert audit.rows_digest(rows) == "1fb23696cad4e0049a1ea500c441d957378853e8fc785856377f18d592f2e528"
    header = Header(
        lab=LAB,
        seq=2,
        at=SIGNED.at,
        tz=60,
        clock="system",
        actor=ACCOUNT,
        role="reader",
        session=SESSION,
        workstation=WORKSTATION,
        app="1.0.0",
        schema=1,
        kind="reading.signed",
        entity="reading",
        id=READING,
        reason=None,
        submit="00000000-0000-4000-8000-0000000000d2",
        payload=PAYLOAD_DIGEST_2,
        sealed=hashlib.sha256(b"vector").hexdigest(),
        rows=audit.rows_digest(rows),
        prev=HASH_1,
    )
    assert header.hash == "bdf18e0b78e57ca9837151b1b884c203fb317980570c407aa64b2a552f6dc0f7"


def test_key_ids_of_the_vector_keys() -> None:
    sign = bytes.fromhex("d04ab232742bb4ab3a1368bd4615e4e6d0224ab71a016baf8520a332c9778737")
    assert audit.key_id(sign) == SIGN_KEY_ID


def test_canonical_text_has_sorted_keys_no_spaces_and_no_escapes() -> None:
    assert canonical({"b": [1, True, None], "a": "Ärzte", "": "\n"}) == '{"":"\\n","a":"Ärzte","b":[1,true,null]}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        2**53,
        -(2**53),
        {"a b": 1},
        {1: 2},
        {"ä": 1},
        "e\u0301",
        "\ud800",
        b"bytes",
        {"a": [{"b": 0.5}]},
        object(),
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonicalError) as refused:
        canonical(value)
    assert refused.value.value is not None


def test_typed_text_becomes_canonical_by_normal() -> None:
    assert normal({"a": ("e\u0301", 1), "b": None}) == {"a": ["\u00e9", 1], "b": None}


_WRITTEN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from(["", "a", "B.L", "z 9", "\u00e9"]), inner)
        | st.dictionaries(st.just("m"), inner).map(MappingProxyType)
    ),
    max_leaves=8,
)


@given(_WRITTEN)
def test_a_payload_is_made_canonical_in_fewer_steps_to_the_same_bytes_or_refused(value: object) -> None:
    try:
        expected = canonical(normal(value))
    except NotCanonicalError:
        with pytest.raises(NotCanonicalError):
            audit.canonical_of(value)
    else:
        assert audit.canonical_of(value) == expected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text().filter(lambda text: text.isascii()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["", "a", "B.L", "z_9"]), inner),
    max_leaves=8,
)


@settings(max_examples=30, deadline=None)
@given(_JSON)
def test_canonical_bytes_read_back_to_the_same_value_and_bytes(value: object) -> None:
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(json.loads(data)) == data


def _changed(one: object, name: str) -> dict[str, Any]:
    was = getattr(one, name)
    return {name: was + 1 if isinstance(was, int) else "x"}


@pytest.mark.parametrize("name", SignedDocument.__dataclass_fields__)
def test_p11_49_every_field_of_a_signed_document_changes_its_bytes(name: str) -> None:
    assert replace(SIGNED, **_changed(SIGNED, name)).signed_bytes != SIGNED.signed_bytes


@pytest.mark.parametrize("name", Header.__dataclass_fields__)
def test_every_field_of_a_header_changes_its_hash(name: str) -> None:
    assert replace(HEADER_1, **_changed(HEADER_1, name)).hash != HASH_1
