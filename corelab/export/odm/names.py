"""Names of an ODM file: its namespace and the ids of everything that is referred to."""

from functools import cache
from typing import Final

from corelab.domain.charter import Charter

NAMESPACE: Final = "http://www.cdisc.org/ns/odm/v1.3"
LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
PATH: Final = "odm/audit_odm132.xml"
LABORATORY: Final = "LOC.LAB"
RECORD_GROUP: Final = "IG.RECORD"
MISSING: Final = "CL.EVALSTAT"
REASON: Final = "CL.NERSN"
ACCEPTED: Final = "CL.ACPTFL"
PREFILLED: Final = "CL.PREFILL"
"""The code lists of the flags that stand beside a grade."""


@cache
def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def study(trial: str) -> str:
    return f"ST.{trial}"


def version(charter: Charter) -> str:
    return f"MDV.{charter.version}"


def visit(code: str) -> str:
    return f"SE.{code}"


def form(reading_type: str) -> str:
    return f"F.{reading_type}"


def group(reading_type: str, *, whole_exam: bool) -> str:
    """The questions of a reading type: one group for its segments, told apart by the repeat key, and one for the whole exam."""
    return f"IG.{reading_type}.{'EXAM' if whole_exam else 'SEGMENT'}"


def item(testcd: str) -> str:
    return f"IT.{testcd}"


def record_item(column: str) -> str:
    return f"IT.RECORD.{column}"


def codelist(name: str) -> str:
    return f"CL.{name}"


def unit(words: str) -> str:
    return f"MU.{words}"


def user(pseudonym: str) -> str:
    return f"U.{pseudonym}"


def site(code: str) -> str:
    return f"LOC.SITE.{code}"


def meaning(words: str) -> str:
    return f"SD.{words.replace(' ', '_')}"
