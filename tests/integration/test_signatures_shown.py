"""What a signature means and shows: one role for each meaning; printed name, time with zone and meaning in every output."""

import json
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from corelab.domain.accounts import Meaning, Role, role_of_meaning
from corelab.domain.record_errors import NotPermittedError
from corelab.services import accounts, assignment, audit, comparison
from corelab.storage.keys import make_opening
from corelab.ui.event_words import WORDING, signature_words
from tests.builders import PASSWORD, Lab, a_lab
from tests.reading_builders import a_ready_exam, a_staffed_lab, rows_of, signs


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    made = a_lab(tmp_path_factory.mktemp("meanings"))
    yield made
    made.open.close()


USERS = {Role.ADMINISTRATOR: "administrator", Role.COORDINATOR: "coordinator"}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("meaning", Meaning)
def test_p11_46_a_meaning_is_signed_in_its_own_role_only(lab: Lab, meaning: Meaning, role: Role) -> None:
    session = lab.person(USERS.get(role, f"{role.value}-1"), role)
    opening = make_opening({"words": "anything"})
    with accounts.signer(lab.open, session, PASSWORD) as signer, lab.open.store.begin(session.actor(role)) as transaction:

        def signed() -> None:
            transaction.signature(
                signer,
                record_type="anything",
                record_id="anything",
                revision=1,
                meaning=meaning,
                charter_hash=None,
                content_digest=opening.digest,
            )

        if role_of_meaning(meaning) is role:
            signed()
            return
        with pytest.raises(NotPermittedError):
            signed()


def test_p11_45_screen_print_and_export_show_the_same_name_time_with_zone_and_meaning(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signed = {signs(lab, session).record: session for session in (lab.reader_1, lab.reader_2)}
    comparison.release_and_compare(lab.open, lab.coordinator)
    for record, session in signed.items():
        row = next(row for row in rows_of(lab, "signature") if row["record_id"] == record)
        at = row["at"].astimezone(timezone(timedelta(minutes=row["tz"])))
        wanted = f"{session.printed_name}, {at:%Y-%m-%d %H:%M:%S} (UTC+01:00), meaning: reading authorship"
        (on_screen,) = audit.event(lab.open, lab.auditor, row["event_seq"]).signatures
        assert signature_words(on_screen) == wanted
        pdf, text = tmp_path / f"{record}.pdf", tmp_path / f"{record}.json"
        audit.print_reading(lab.open, lab.auditor, record, pdf, WORDING)
        audit.export_reading(lab.open, lab.auditor, record, text, WORDING)
        printed = " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())
        assert wanted in printed
        (exported,) = [one for one in _objects(json.loads(text.read_text("utf-8"))) if one.get("meaning") == "reading authorship"]
        assert (exported["printed_name"], exported["at"]) == (session.printed_name, at.isoformat(timespec="milliseconds"))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a JSON document."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(each)
