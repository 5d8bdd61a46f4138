"""Words for the calibration set, for verdicts about people, and for their figures."""

from corelab.domain.certification import Examined, ItemFigures, Verdict
from corelab.services.calibration import CalibrationSet, SetOfType
from corelab.services.certification import Certificate


def set_words(made: CalibrationSet) -> str:
    """How far the set is."""
    if not made.wanted and not made.made:
        return "The charter asks for no calibration set."
    return f"Calibration set: {progress_words(made)}"


def progress_words(made: CalibrationSet) -> str:
    waits = f"; {made.clips} clips wait for the pixel check" if made.clips else ""
    told = f"{made.made} of {made.wanted} exams made, {made.ready} ready to be read{waits}."
    return "\n".join([told, *map(type_words, made.types if len(made.types) > 1 or not all(one.drawn for one in made.types) else ())])


def type_words(one: SetOfType) -> str:
    """How far the set is for one reading type. What no phantom shows needs exams whose truth people agreed on."""
    lacks = "" if one.drawn or one.known >= one.wanted else "; phantoms cannot show it: add exams with agreed truth"
    return f"{one.label}: {one.known} of {one.wanted} exams with known truth{lacks}."


def short_words(one: Certificate) -> str:
    """One verdict in a line."""
    verdict = "Certified" if one.verdict is Verdict.CERTIFIED else "Not certified"
    return f"{verdict} for charter {one.version} on {one.at:%Y-%m-%d}"


def certificate_words(one: Certificate) -> str:
    elsewhere = f", elsewhere: {one.elsewhere}" if one.elsewhere else ""
    return "\n".join([f"{short_words(one)}{elsewhere}", *(f"  {line}" for line in figure_lines(one.figures))])


def figure_lines(found: Examined | None) -> list[str]:
    if found is None:
        return []
    least = f"; at least {found.least:g} is asked for" if found.least is not None else ""
    return [f"{found.exams} exams{least}", *(item_words(each) for each in found.items)]


def item_words(item: ItemFigures) -> str:
    parts = [f"{item.agreed} of {item.cells} as the truth ({item.share:.1%})"]
    if item.kappa is not None:
        parts.append(f"kappa {item.kappa:.2f}")
    if item.difference is not None:
        spread = f", SD {item.deviation:.2f}" if item.deviation is not None else ""
        parts.append(f"mean difference {item.difference:+.2f}{spread}")
    if item.not_evaluable:
        parts.append(f"{item.not_evaluable} not evaluable")
    return f"{item.label}: {', '.join(parts)}"
