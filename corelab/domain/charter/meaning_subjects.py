"""Attributes, visits, segments and groups: references (C04), visits in order (C10), the side under study (C13)."""

from itertools import combinations, pairwise

from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node


def check_subjects(names: Names) -> None:
    for attribute in names.root.children("attribute"):
        _attribute(names, attribute)
    for visit in names.root.children("visit"):
        names.known_all("block", visit.texts("blocks"))
    for group in names.root.children("group"):
        names.known_all("segment", group.texts("segments"))
    _visits(names)
    _side(names)


def _attribute(names: Names, attribute: Node) -> None:
    names.known_all("reading_type", attribute.texts("shown_to"))
    names.reference(attribute, "group", "group")
    if attribute.text("per") == "segment" and not attribute.has("group"):
        names.findings.add("C01", attribute.at("group"), "required key missing")
    if attribute.text("per") == "subject" and attribute.has("group"):
        names.findings.add("C05", attribute.at("group"), "an attribute of the subject has no group")


def _visits(names: Names) -> None:
    visits = names.root.children("visit")
    baselines = [visit for visit in visits if visit.flag("baseline", default=False)]
    if visits and len(baselines) != 1:
        place = baselines[1].at("baseline") if baselines else ("visit",)
        names.findings.add("C10", place, "exactly one visit is the baseline", found=str(len(baselines)))
    for visit in visits:
        window, day = _window(visit), visit.number("day")
        if window is not None and day is not None and not window[0] <= day <= window[1]:
            names.findings.add("C10", visit.at("day"), "the day lies outside its window", found=str(day))
    numbered = sorted((number, n) for n, visit in enumerate(visits) if (number := visit.number("number")) is not None)
    for (_, before), (_, after) in pairwise(numbered):
        _in_time(names, visits[before], visits[after])
    for one, other in combinations(visits, 2):
        _apart(names, one, other)


def _in_time(names: Names, before: Node, after: Node) -> None:
    first, second = before.number("day"), after.number("day")
    if first is not None and second is not None and second < first:
        names.findings.add("C10", after.at("number"), "numbers of visits follow their days", found=str(after.table["number"]))


def _apart(names: Names, one: Node, other: Node) -> None:
    first, second = _window(one), _window(other)
    needed = one.flag("required", default=True) or other.flag("required", default=True)
    if first and second and needed and first[0] <= second[1] and second[0] <= first[1]:
        names.findings.add("C10", other.at("window"), f"the window overlaps that of {one.id}", found=f"{second[0]} to {second[1]}")


def _window(visit: Node) -> tuple[float, float] | None:
    window = visit.table.get("window")
    if isinstance(window, list) and len(window) == 2 and all(isinstance(day, int) for day in window):
        return window[0], window[1]
    return None


def _side(names: Names) -> None:
    exam = names.root.child("exam")
    sided = [segment for segment in names.root.children("segment") if segment.text("side") == "study"]
    attribute = exam.text("side_attribute") if exam else None
    if exam is None or attribute is None:
        if sided:
            names.findings.add("C13", ("exam", "side_attribute"), "a segment of the side under study needs exam.side_attribute")
        return
    if not sided:
        names.findings.add("C13", exam.at("side_attribute"), "no segment has the side under study", found=attribute)
    if names.reference(exam, "side_attribute", "attribute"):
        known = names.of("attribute")[attribute]
        if not {"left", "right"} <= set(known.words("values")) or known.text("per") != "subject":
            names.findings.add("C13", exam.at("side_attribute"), f"{attribute} is not an attribute of the subject with left and right")
