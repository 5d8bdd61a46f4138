"""A statistician's own recomputation of the leg charter's endpoints, from a package's files alone; it shares no code with the product.

    python limb_endpoints.py PACKAGE

reads ``data/results.csv`` and compares every endpoint cell of ``data/subject_visit.csv``. Written from the endpoint definitions in words:
the names of columns, segments and codes below are those of the data, nothing is read from the charter. Exit code 1 when a cell differs.
"""

import csv
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

CORE = ["CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV"]
FLOW_GRADED = ["IVC", "CIV", "EIV", "CFV", "DFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV", "PTV", "PERV"]
CALF = ["PTV", "PERV", "ATV", "GASTV", "SOLV"]
SCORE_PARTS = [CALF, ["POPV"], ["FV_PROX", "FV_MID", "FV_DIST"], ["CFV"], ["CIV", "EIV"], ["IVC"], ["GSV"], ["SSV"]]
LEVELS = {1: CALF, 2: ["POPV", "FV_PROX", "FV_MID", "FV_DIST"], 3: ["CFV", "EIV", "CIV"], 4: ["IVC"]}
LONG, SHORT = CORE, ["DFV", "PTV", "SFJ", "GSV", "SSV"]
REFLUX_CORE = ["CFV", "FV_MID", "POPV", "PTV", "SFJ", "GSV", "SSV"]
COMPRESSIBILITY = {"full": 0, "partial": 1, "none": 2}
MISSING = {"NE", "NI"}
TOP_SCORE = 3


class Exam(dict[tuple[str, str], tuple[str, str]]):
    """(segment, test) -> (code, reason). A grade that is not there was not asked: NA."""

    def code(self, segment: str, test: str) -> str:
        return self.get((segment, test), ("NA", ""))[0]

    def absent(self, segment: str, test: str) -> bool:
        return self.get((segment, test), ("NA", "ABSENT")) == ("NA", "ABSENT")

    def codes(self, segments: list[str], test: str) -> list[str]:
        """Without those that do not apply."""
        return [code for code in (self.code(segment, test) for segment in segments) if code != "NA"]


def which(codes: list[str]) -> str:
    """Not evaluable goes before not imaged."""
    return "NE" if "NE" in codes else "NI" if "NI" in codes else "NA"


def strict(codes: list[str], number: int) -> str:
    return which(codes) if not codes or MISSING & set(codes) else str(number)


def worst(exam: Exam) -> str:
    codes = exam.codes(CORE, "VNCOMPR")
    if "none" in codes:
        return "2"
    return strict(codes, max((COMPRESSIBILITY.get(code, 0) for code in codes), default=0))


def all_are(codes: list[str], good: set[str]) -> str:
    """Y, N, or why nobody knows."""
    if any(code not in good and code not in MISSING for code in codes):
        return "N"
    return which(codes) if MISSING & set(codes) or not codes else "Y"


def any_is(codes: list[str], found: set[str]) -> str:
    if found & set(codes):
        return "Y"
    return which(codes) if MISSING & set(codes) or not codes else "N"


def both(*answers: str) -> str:
    if "N" in answers:
        return "N"
    unknown = [answer for answer in answers if answer != "Y"]
    return which(unknown) if unknown else "Y"


def either(*answers: str) -> str:
    if "Y" in answers:
        return "Y"
    unknown = [answer for answer in answers if answer != "N"]
    return which(unknown) if unknown else "N"


def score(exam: Exam) -> str:
    sums, parts = 0, 0
    lacking: list[str] = []
    for part in SCORE_PARTS:
        there = [segment for segment in part if not exam.absent(segment, "VNTHROMB")]
        if not there:
            continue
        parts += 1
        certain = [points(exam, segment) for segment in there]
        known = [point for point in certain if isinstance(point, int)]
        reasons = [point for point in certain if isinstance(point, str)]
        if reasons and max(known, default=0) < TOP_SCORE:
            lacking += reasons
        sums += max(known, default=0)
    if not parts:
        return "NA"
    return which(lacking) if lacking else str(sums)


def points(exam: Exam, segment: str) -> int | str:
    thrombus, extent = exam.code(segment, "VNTHROMB"), exam.code(segment, "VNEXT")
    if thrombus in {"NA", "no_thrombus", "post_thrombotic"}:
        return 0
    if thrombus == "non_occlusive":
        return 1 if extent != "NA" else "NE"
    if thrombus == "occlusive":
        known: dict[str, int | str] = {"subsegmental": 2, "whole": 3}
        return known.get(extent, extent if extent in MISSING else "NE")
    return thrombus if thrombus in MISSING else "NE"


def level(exam: Exam) -> str:
    highest, unknown, seen = 0, [], False
    for number, segments in LEVELS.items():
        for segment in segments:
            pair = [exam.code(segment, "VNCOMPR"), exam.code(segment, "VNFLOW")]
            seen = seen or pair != ["NA", "NA"]
            if pair[0] in {"partial", "none"} or pair[1] in {"partial", "absent"}:
                highest = max(highest, number)
            else:
                unknown += [(number, code) for code in pair if code in MISSING]
    if not seen:
        return "NA"
    above = [code for number, code in unknown if number > highest]
    return which(above) if above else str(highest)


def residual(exam: Exam) -> str:
    """The diameter of a vein that compresses fully is 0; one decimal, as it was measured."""
    there = [segment for segment in ("CFV", "POPV") if not exam.absent(segment, "VNDCOMP")]
    codes = [exam.code(segment, "VNDCOMP") for segment in there]
    if not codes or MISSING & set(codes):
        return which(codes)
    return str(max(Decimal("0.0") if code == "NA" else Decimal(code) for code in codes))


def at_least(value: str, cutoff: str) -> str:
    return value if value in {"NA", "NE", "NI"} else "Y" if Decimal(value) >= Decimal(cutoff) else "N"


def reflux(exam: Exam, cutoffs: list[tuple[list[str], str]]) -> str:
    answers = []
    for segments, cutoff in cutoffs:
        for segment in segments:
            seen, seconds = exam.code(segment, "VNREFLUX"), exam.code(segment, "VNREFDUR")
            if seconds not in {"NA", "NE", "NI"}:
                answers.append("Y" if Decimal(seconds) > Decimal(cutoff) else "N")
            elif seen == "no":
                answers.append("N")
            elif seen in MISSING or (seen == "yes" and seconds in MISSING):
                answers.append(which([seen, seconds]))
    return either(*answers) if answers else "NA"


def recurrence(now: Exam, before: Exam | None) -> str:
    if before is None:
        return "NE"
    answers = []
    for segment in CORE:
        was, is_ = before.code(segment, "VNCOMPR"), now.code(segment, "VNCOMPR")
        if "NA" not in {was, is_}:
            answers.append(both(any_is([was], {"full"}), any_is([is_], {"partial", "none"})))
        first, second = before.code(segment, "VNDCOMP"), now.code(segment, "VNDCOMP")
        if "NA" not in {first, second}:
            lacking = MISSING & {first, second}
            grown = which([first, second]) if lacking else "Y" if Decimal(second) - Decimal(first) >= Decimal(4) else "N"
            answers.append(grown)
    return either(*answers) if answers else "NA"


def evaluable(exam: Exam) -> str:
    codes = exam.codes(CORE, "VNCOMPR")
    return "NA" if not codes else "N" if MISSING & set(codes) else "Y"


def changed(now: str, baseline: str) -> str:
    for code in (now, baseline):
        if code == "NA":
            return code
    return which([now, baseline]) if MISSING & {now, baseline} else str(int(now) - int(baseline))


def endpoints(exam: Exam, visit: str, before: Exam | None, baseline: Exam | None) -> dict[str, str]:
    """``before`` the exam before this one, ``baseline`` that of the baseline visit; None where there is none."""
    filled, yielding = {"complete", "partial"}, {"full", "partial"}
    core, not_full = exam.codes(CORE, "VNCOMPR"), {"partial", "none"}
    residue, sixth = residual(exam), visit == "M6"
    return {
        "COMPWRST": worst(exam),
        "COMPNSEG": strict(core, sum(code in not_full for code in core)),
        "COMPSUM": strict(core, sum(COMPRESSIBILITY.get(code, 0) for code in core)),
        "NC_CFV": any_is(exam.codes(["CFV"], "VNCOMPR"), not_full),
        "NC_FV": any_is(exam.codes(["FV_PROX", "FV_MID", "FV_DIST"], "VNCOMPR"), not_full),
        "NC_POP": any_is(exam.codes(["POPV"], "VNCOMPR"), not_full),
        "FLOWALL": all_are(exam.codes(FLOW_GRADED, "VNFLOW"), filled),
        "PATENT": both(all_are(exam.codes(CORE, "VNFLOW"), filled), all_are(core, yielding)),
        "ILIPAT": all_are(exam.codes(["CIV", "EIV"], "VNFLOW"), filled),
        "STENTPAT": all_are(exam.codes(["CIV", "EIV", "CFV"], "VNSTENT"), {"no_stent", "open", "under_50"}),
        "SVSSCORE": score(exam),
        "SVSCHG": "NA" if visit == "BL" else changed(score(exam), score(baseline) if baseline is not None else "NE"),
        "LEVEL": level(exam),
        "RVO": either(*(any_is(exam.codes([one], "VNCOMPR"), not_full) for one in ("CFV", "POPV"))) if sixth else "NA",
        "RVDMAX": residue,
        "RVD4": at_least(residue, "4.0"),
        "RVD2": at_least(residue, "2.0"),
        "RECURSUS": "NA" if visit == "BL" else recurrence(exam, before),
        "REFLUXDP": reflux(exam, [(LONG, "1.0"), (SHORT, "0.5")]) if sixth else "NA",
        "REFLUX05": reflux(exam, [(REFLUX_CORE, "0.5")]) if sixth else "NA",
        "EVALFL": evaluable(exam),
    }


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def recomputed(results: list[dict[str, str]], visits: list[dict[str, str]]) -> dict[tuple[str, str], dict[str, str]]:
    """(subject, visit) -> endpoint -> code."""
    exams: dict[tuple[str, str], Exam] = defaultdict(Exam)
    for row in results:
        exams[row["USUBJID"], row["VISIT"]][row["SEGCD"], row["TESTCD"]] = (row["EVALSTAT"] or row["RESCD"], row["NERSN"])
    found = {}
    for subject in sorted({row["USUBJID"] for row in visits}):
        own = sorted((row for row in visits if row["USUBJID"] == subject), key=lambda row: int(row["VISITNUM"]))
        baseline = next((exams[subject, "BL"] for row in own if row["VISIT"] == "BL"), None)
        before = None
        for row in own:
            exam = exams[subject, row["VISIT"]]
            found[subject, row["VISIT"]] = endpoints(exam, row["VISIT"], before, baseline)
            before = exam
    return found


def differences(results: list[dict[str, str]], visits: list[dict[str, str]]) -> list[str]:
    expected, found = recomputed(results, visits), []
    for row in visits:
        for name, code in expected[row["USUBJID"], row["VISIT"]].items():
            if row[name] != code:
                found.append(f"{row['USUBJID']} {row['VISIT']} {name}: the package says {row[name]!r}, recomputed {code!r}")
    return found


def main(package: str) -> int:
    visits = read(Path(package) / "data" / "subject_visit.csv")
    found = differences(read(Path(package) / "data" / "results.csv"), visits)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{len(visits)} exams, {len(found)} endpoint cells differ\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
