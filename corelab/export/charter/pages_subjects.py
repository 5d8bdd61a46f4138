"""Pages of a printed charter: subjects, visits, segments and groups."""

from typing import Final

from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_subject import Attribute, Segment, Visit
from corelab.domain.charter.table import Code
from corelab.export.charter.condition_words import listed, plain
from corelab.export.print_page import Column, Pages

_VISITS: Final[tuple[Column, ...]] = (("Visit", 0.34), ("Day", 0.08), ("Window", 0.14), ("Questions about", 0.28), ("Kind", 0.16))
_ATTRIBUTES: Final[tuple[Column, ...]] = (("Fact", 0.3), ("Of", 0.24), ("Values", 0.28), ("Shown to", 0.18))
_SEGMENTS: Final[tuple[Column, ...]] = (("Segment", 0.28), ("Side", 0.1), ("Imaged", 0.14), ("Code", 0.27), ("Name in the export", 0.21))
_GROUPS: Final[tuple[Column, ...]] = (("Group", 0.34), ("Segments, in the order of the form", 0.66))
_SIDES: Final = {"unpaired": "none", "study": "studied", "both": "both"}


def write_subjects(pages: Pages, charter: Charter) -> None:
    labels = {block.id: block.label for block in charter.blocks}
    pages.table(_VISITS, [_visit(visit, labels) for visit in charter.visits])
    pages.words(
        "Days count from the first treatment, which is day 0. An exam belongs to a visit when its day lies in the window.", second=True
    )
    pages.heading("What the coordinator enters about a subject")
    if charter.attributes:
        pages.table(_ATTRIBUTES, [_attribute(charter, one) for one in charter.attributes])
    else:
        pages.words("Nothing.")
    if charter.exam.side_attribute:
        pages.words(f"The side that is studied stands in {charter.attribute(charter.exam.side_attribute).label}.", second=True)


def _visit(visit: Visit, labels: dict[str, str]) -> tuple[str, ...]:
    low, high = visit.window
    kind = "baseline" if visit.baseline else "expected" if visit.required else "not expected of all"
    return f"{visit.label} ({visit.id})", str(visit.day), f"{low} to {high}", listed(labels[block] for block in visit.blocks), kind


def _attribute(charter: Charter, one: Attribute) -> tuple[str, ...]:
    of = "the subject" if one.per == "subject" else f"each segment of {charter.group(one.group).label}" if one.group else "each segment"
    shown = listed(charter.reading_type(kind).label for kind in one.shown_to) if one.shown_to else "no reader"
    needed = "" if one.required else ", may stay unknown"
    return f"{one.label} ({one.id})", f"{of}{needed}", ", ".join(map(plain, one.values)), shown


def write_segments(pages: Pages, charter: Charter) -> None:
    pages.table(_SEGMENTS, [_segment(one) for one in charter.segments])
    pages.words(
        "A segment that is always expected and has no clip is closed by the coordinator as not imaged. One that is optional and has no "
        "clip is absent from the form. The order is that of the form.",
        second=True,
    )
    pages.heading("Groups")
    names = {segment.id: segment.name for segment in charter.segments}
    pages.table(_GROUPS, [(f"{group.label} ({group.id})", ", ".join(names[one] for one in group.segments)) for group in charter.groups])


def _segment(one: Segment) -> tuple[str, ...]:
    code = code_words(one.code) + (f", {code_words(one.modifier)}" if one.modifier else "")
    loc = one.export.loc + (" (not in the standard list)" if one.export.loc_extended else "")
    return f"{one.name} ({one.id})", _SIDES[one.side], "always" if one.presence == "required" else "if received", code, loc


def code_words(code: Code) -> str:
    return f"{code.meaning} ({code.scheme} {code.value})"
