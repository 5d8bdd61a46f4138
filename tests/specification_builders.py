"""A lab whose charter dropped an item after a package was written with it, so that a test says only what matters."""

import re
from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.export.parts import parts_here
from corelab.services import accounts, assignment, charter_approval, packages
from corelab.services.packages import writing
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import changed
from tests.life_builders import compares, invalidates
from tests.reading_builders import a_ready_exam, signs

WHY = "Image quality was dropped by amendment 1; the analysts know"
QUALITY = 'label = "Image quality"'


def a_lab_that_dropped_an_item(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A package has the item; then its exam fell out, the charter dropped the item, and another exam was read.

    Its packages have the tables and the codebook alone.
    """
    monkeypatch.setattr(writing, "parts_here", lambda: {"codebook": parts_here()["codebook"]})
    made = a_lab(folder)
    for person in (made.reader_1, made.reader_2, made.adjudicator, made.coordinator_2):
        assert person.account
    read(made, "S01")
    packages.export(made.open, made.coordinator, folder / "one", PASSWORD)
    invalidates(made, made.reader_1)
    amends(made, amended("1.0.0", "0.9.0"))
    read(made, "S02")
    return made


def amended(version: str, supersedes: str, *replacements: tuple[str, str], quality: bool = False) -> bytes:
    """The charter without its item of image quality, or with it."""
    text = changed(('version = "0.9.0"', f'version = "{version}"\nsupersedes = ["{supersedes}"]'), *replacements).decode()
    if not quality:
        first, second = text.index('[[item]]\nid = "QUAL"'), text.index('[[item]]\nid = "COMP"')
        text = text[:first] + text[second:]
        for block in ('[[ask]]\nid = "Q03"', '[[class]]\nid = "D"'):
            first = text.index(block)
            following = re.search(r"^(?:\[\[(?!class\.rule)|\[[a-z]|# ---)", text[first + 3 :], re.MULTILINE)
            assert following is not None
            text = text[:first] + text[first + 3 + following.start() :]
    return text.encode()


def read(lab: Lab, subject: str) -> None:
    a_ready_exam(lab, subject)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    compares(lab)


def amends(lab: Lab, toml: bytes) -> None:
    """The version is approved, and all readers and adjudicators are trained for it."""
    done = charter_approval.approve(lab.open, lab.coordinator, toml, PASSWORD)
    lab.charter_sha256 = done.charter
    for person in accounts.people(lab.open, lab.administrator):
        if {Role.READER, Role.ADJUDICATOR} & set(person.roles):
            accounts.record_training(lab.open, lab.coordinator, person.account, done.charter)
