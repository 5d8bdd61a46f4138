"""A signed record as a file: a Comprehensive 3D SR (DICOM PS3.3, A.35.13), the same bytes from the same rows."""

import re
from collections.abc import Iterator

from corelab.export.sr import elements, nodes, uids
from corelab.export.sr.codes import OWN_SCHEME, OWN_SCHEME_NAME, in_sequence, shipped
from corelab.export.sr.content import PROGRAM, observer, tree
from corelab.export.sr.elements import sequence, text
from corelab.export.sr.proof import Clips, instance_of, reference
from corelab.export.sr.rows import SignedRows
from corelab.export.sr.terms import Terms

_SR = "1.2.840.10008.5.1.4.1.1.88.34"
_SYNTAX = "1.2.840.10008.1.2.1"
_IMPLEMENTATION, _IMPLEMENTATION_NAME = "2.25.236851217458112043905418309219547011402", "CORELAB_1"
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d\.\d{3})Z")


def report(terms: Terms, record: SignedRows, clips: Clips) -> bytes:
    """The file. Raises LookupError or UnfitError where it cannot hold what the rows say."""
    below = tuple(tree(terms, record, clips))
    uid = uids.of_report(record.first["RECID"])
    body = (*_general(terms, record, uid), *_document(record, clips), sequence(0x0040A730, below))
    return _start(uid) + b"".join(body)


def _start(uid: str) -> bytes:
    meta = b"".join(
        (
            elements.raw(0x00020001, "OB", b"\0\1"),
            text(0x00020002, "UI", _SR),
            text(0x00020003, "UI", uid),
            text(0x00020010, "UI", _SYNTAX),
            text(0x00020012, "UI", _IMPLEMENTATION),
            text(0x00020013, "SH", _IMPLEMENTATION_NAME),
        )
    )
    return b"\0" * 128 + b"DICM" + elements.raw(0x00020000, "UL", len(meta).to_bytes(4, "little")) + meta


def _general(terms: Terms, record: SignedRows, uid: str) -> Iterator[bytes]:
    """The modules that every object has.

    The study has no date: beside the time of signing, a moved one would tell an interval that never was.
    """
    first, (day, time) = record.first, _signed(record)
    yield text(0x00080005, "CS", "ISO_IR 192")
    yield text(0x00080012, "DA", day)
    yield text(0x00080013, "TM", time)
    yield text(0x00080016, "UI", _SR)
    yield text(0x00080018, "UI", uid)
    yield text(0x00080020, "DA", "")
    yield text(0x00080023, "DA", day)
    yield text(0x00080030, "TM", "")
    yield text(0x00080033, "TM", time)
    yield text(0x00080050, "SH", "")
    yield text(0x00080060, "CS", "SR")
    yield text(0x00080070, "LO", PROGRAM)
    yield text(0x00080090, "PN", "")
    yield sequence(0x00080110, _schemes(terms))
    yield text(0x00080201, "SH", "+0000")
    yield text(0x0008103E, "LO", f"{first['RDTYPE']} {first['EVALROLE']} {first['PURPOSE']}")
    yield text(0x00081090, "LO", PROGRAM)
    yield sequence(0x00081111)
    yield from _subject(record)
    yield text(0x00181000, "LO", "none")
    yield text(0x00181020, "LO", f"SR {uids.FORMAT}")
    yield text(0x0020000D, "UI", _study(record))
    yield text(0x0020000E, "UI", uids.of_series(first["RECID"]))
    yield text(0x00200010, "SH", first["VISIT"])
    yield text(0x00200011, "IS", "1")
    yield text(0x00200013, "IS", first["REVISION"])


def _subject(record: SignedRows) -> Iterator[bytes]:
    """Only the code of the subject in the trial, as in the clips; a sponsor must be named, and is withheld."""
    first = record.first
    yield text(0x00100010, "PN", f"{first['USUBJID']}^")
    yield text(0x00100020, "LO", first["USUBJID"])
    yield text(0x00100030, "DA", "")
    yield text(0x00100040, "CS", "")
    yield text(0x00120010, "LO", "WITHHELD")
    yield text(0x00120020, "LO", first["STUDYID"])
    yield text(0x00120021, "LO", "")
    yield text(0x00120030, "LO", "")
    yield text(0x00120031, "LO", "")
    yield text(0x00120040, "LO", first["USUBJID"])
    yield text(0x00120050, "LO", first["VISIT"])


def _document(record: SignedRows, clips: Clips) -> Iterator[bytes]:
    yield text(0x0040A040, "CS", "CONTAINER")
    yield in_sequence(0x0040A043, shipped("T_MEAS"))
    yield text(0x0040A050, "CS", "SEPARATE")
    yield sequence(0x0040A073, [elements.item(b"".join(_verified(record)))])
    if record.former is not None:
        yield sequence(0x0040A360, [elements.item(_former(record, record.former))])
    yield sequence(0x0040A372)
    yield clips.evidence()
    yield text(0x0040A491, "CS", "COMPLETE")
    yield text(0x0040A493, "CS", "VERIFIED")
    yield text(0x0040A496, "CS", "FINAL")
    yield nodes.template_of("1500")


def _verified(record: SignedRows) -> Iterator[bytes]:
    """Who signed, and when: by the pseudonym, for the core laboratory of the trial."""
    day, time = _signed(record)
    yield text(0x0040A027, "LO", f"Core laboratory of {record.first['STUDYID']}")
    yield text(0x0040A030, "DT", f"{day}{time}+0000")
    yield text(0x0040A075, "PN", observer(record))
    yield sequence(0x0040A088)


def _former(record: SignedRows, former: str) -> bytes:
    """The report that this one revises."""
    return reference(_study(record), {uids.of_series(former): [instance_of(_SR, uids.of_report(former))]})


def _study(record: SignedRows) -> str:
    return uids.of_study(record.first["STUDYID"], record.first["USUBJID"], record.first["VISIT"])


def _schemes(terms: Terms) -> Iterator[bytes]:
    """What private codes mean: those of the trial by its charter, whose hash says which."""
    if terms.scheme != OWN_SCHEME:
        yield elements.item(text(0x00080102, "SH", OWN_SCHEME) + text(0x00080115, "ST", OWN_SCHEME_NAME))
    version = text(0x00080103, "SH", terms.charter_version)
    yield elements.item(text(0x00080102, "SH", terms.scheme) + version + text(0x00080115, "ST", terms.scheme_name))


def _signed(record: SignedRows) -> tuple[str, str]:
    """Date and time of the signature, UTC: as readings.csv tells them. Moved ones beside it would tell by how much dates are moved."""
    found = _TIME.fullmatch(record.first["SIGNDTC"])
    if found is None:
        raise elements.UnfitError("DT", record.first["SIGNDTC"])
    year, month, day, hour, minute, second = found.groups()
    return year + month + day, hour + minute + second
