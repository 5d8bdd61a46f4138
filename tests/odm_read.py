"""An ODM file as another program reads it: its transactions replayed, with nothing of the program that wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

NAMESPACE = "{http://www.cdisc.org/ns/odm/v1.3}"
Key = tuple[str, str, str, str, str]
"""Subject, visit, record, segment with side, item."""
Said = tuple[str, str, str]
"""Code, kind of missing, reason."""


@dataclass(frozen=True)
class Line:
    """One transaction of one grade."""

    kind: str
    said: Said
    user: str
    at: str
    seq: int
    why: str
    flags: dict[str, str]


@dataclass
class Read:
    """Every grade with its transactions, and which records were removed by whom."""

    grades: dict[Key, list[Line]] = field(default_factory=dict)
    removed: dict[str, tuple[str, str]] = field(default_factory=dict)
    signed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Signer and meaning of each record."""

    @property
    def last(self) -> dict[Key, Said]:
        return {key: lines[-1].said for key, lines in self.grades.items()}

    def lines(self, record: str, segment: str, item: str) -> list[Line]:
        (found,) = (lines for key, lines in self.grades.items() if key[2:] == (record, segment, item))
        return found


def read(path: Path) -> Read:
    made = Read()
    for subject in ET.parse(path).getroot().iter(f"{NAMESPACE}SubjectData"):  # noqa: S314 - written by the test itself
        for visit in subject.iter(f"{NAMESPACE}StudyEventData"):
            for form in visit.iter(f"{NAMESPACE}FormData"):
                _form(made, form, (subject.attrib["SubjectKey"], visit.attrib["StudyEventOID"].removeprefix("SE.")))
    return made


def _form(made: Read, form: ET.Element, of: tuple[str, str]) -> None:
    record = form.attrib["FormRepeatKey"]
    if form.attrib["TransactionType"] == "Remove":
        made.removed[record] = (_user(form), _text(form, "ReasonForChange"))
        return
    made.signed[record] = _user(form, "Signature"), _oid(form, "Signature", "SignatureRef", "SignatureOID")
    for group in form.iter(f"{NAMESPACE}ItemGroupData"):
        for item in () if group.attrib["ItemGroupOID"] == "IG.RECORD" else group.iter(f"{NAMESPACE}ItemData"):
            key = (*of, record, group.attrib.get("ItemGroupRepeatKey", ""), item.attrib["ItemOID"].removeprefix("IT."))
            made.grades.setdefault(key, []).append(_line(item))


def _line(item: ET.Element) -> Line:
    flags = {one.attrib["CodeListOID"].removeprefix("CL."): one.text or "" for one in item.iter(f"{NAMESPACE}FlagValue")}
    missing = flags.get("EVALSTAT", "")
    assert ("Value" in item.attrib) != (item.attrib.get("IsNull") == "Yes")
    said = item.attrib.get("Value", missing), missing, flags.get("NERSN", "")
    at, seq = _text(item, "DateTimeStamp"), int(_text(item, "SourceID"))
    return Line(item.attrib["TransactionType"], said, _user(item), at, seq, _text(item, "ReasonForChange"), flags)


def _user(of: ET.Element, inside: str = "AuditRecord") -> str:
    return _oid(of, inside, "UserRef", "UserOID").removeprefix("U.")


def _oid(of: ET.Element, inside: str, name: str, attribute: str) -> str:
    found = of.find(f"{NAMESPACE}{inside}/{NAMESPACE}{name}")
    assert found is not None
    return found.attrib[attribute]


def _text(of: ET.Element, name: str) -> str:
    found = of.find(f"{NAMESPACE}AuditRecord/{NAMESPACE}{name}")
    return "" if found is None else found.text or ""


def references(path: Path) -> Iterator[tuple[str, str]]:
    """Every reference in the file: the attribute and what it names."""
    for element in ET.parse(path).getroot().iter():  # noqa: S314 - as above
        for name, value in element.attrib.items():
            if name.endswith("OID") and name not in {"OID", "FileOID", "PriorFileOID"}:
                yield name, value
