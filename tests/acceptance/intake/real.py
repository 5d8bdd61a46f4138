"""Real ultrasound files of many makers through the same lab: what of the table of the standard is left in those that were released."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from corelab.services import intake
from corelab.services.intake import ClipState, IntakeRefusedError, WaitingClip
from tests.acceptance.intake.run import World
from tests.acceptance.intake.standard import Left, left_of

FILES = Path(__file__).parents[4] / "shared" / "data" / "ultrasound"
_BOX = (0, 0, 7, 7)


def files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (FILES / folder).glob("*.dcm"))


def released(world: World, sources: Sequence[Path]) -> Mapping[Path, Path]:
    """Source -> released file. People accept damage, and draw a small box where a file says nothing of its regions."""
    found: dict[Path, Path] = {}
    lab = world.lab
    for number, source in enumerate(sources):
        report = intake.take_in(lab.open, lab.coordinator, [source], subject=f"R-{number}", visit="D10")
        waiting = {one.clip: one for one in intake.waiting(lab.open, lab.coordinator)}
        for clip in (waiting.get(one.clip) for one in report.objects if one.clip):
            final = _released(world, clip) if clip else None
            if final:
                found[source] = final
    return found


def _released(world: World, clip: WaitingClip) -> Path | None:
    lab = world.lab
    try:
        if clip.state is ClipState.HELD and clip.code != "REGION_INVALID":
            clip = intake.accept_damage(lab.open, lab.coordinator, clip.clip, "there is no other")
        if clip.state is ClipState.HELD:
            clip = intake.set_mask(lab.open, lab.coordinator, clip.clip, [_BOX])
        if clip.state is not ClipState.CHECKED:
            return None
        seen = {clip.clip: range(clip.frames)}
        intake.pass_pixels(lab.open, lab.coordinator, [clip.clip], seen)
        (outcome,) = intake.verify_pixels(lab.open, lab.coordinator_2, [clip.clip], seen)
    except IntakeRefusedError:
        return None
    return world.clip_file(clip.clip) if outcome.state is ClipState.RELEASED else None


def left_in(pairs: Mapping[Path, Path]) -> Left:
    """The sum over all pairs."""
    each = [left_of(source, output) for source, output in pairs.items()]
    return Left(
        sum(one.root for one in each),
        sum(one.nested for one in each),
        tuple(name for one in each for name in one.left_root),
        tuple(name for one in each for name in one.left_nested),
    )
