"""The command that says what clips show, how they were taken and how good they are."""

from typing import Annotated

import typer

from corelab.cli.terminal import AsJson, LabPlace, PasswordStdin, answer, command, signed_in
from corelab.domain.clip_label import Mode, Said, View
from corelab.domain.clip_quality import ClipQuality, Quality, QualityReason
from corelab.domain.vocabulary import ClipId, SegmentId, Side
from corelab.services import intake

commands = typer.Typer()

_SIDES = {"L": Side.LEFT, "R": Side.RIGHT}


@commands.command("label")
@command
def label(
    lab: LabPlace,
    clips: Annotated[list[str], typer.Argument(metavar="CLIP...", show_default=False)],
    segment: Annotated[str, typer.Option("--segment", help="R:CFV, L:POPV, or IVC where it has no side.", show_default=False)],
    view: Annotated[View | None, typer.Option("--view", help="The manoeuvre that is shown.", show_default=False)] = None,
    mode: Annotated[Mode | None, typer.Option("--mode", help="How the machine shows it.", show_default=False)] = None,
    quality: Annotated[
        Quality | None, typer.Option("--quality", help="Diagnostic, where nothing was said before.", show_default=False)
    ] = None,
    reason: Annotated[
        list[QualityReason] | None, typer.Option("--reason", help="Why it is less than diagnostic; may be repeated.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Say which segment clips show, how they were taken and how good they are.

    Examples: corelab label LAB CLIP --segment R:CFV --view compression;
    corelab label LAB CLIP CLIP --segment IVC --quality limited --reason depth --reason gain
    """
    letter, _, code = segment.rpartition(":")
    said = Said(SegmentId(code), _side(letter), view, mode, _quality(quality, tuple(reason or ())))
    with signed_in(lab, password_stdin=password_stdin) as here:
        intake.label_all(here.lab, here.session, {ClipId(clip): said for clip in clips})
    taken = [word for word in (view.value if view else "", mode.value if mode else "", quality.value if quality else "") if word]
    document = {"segment": segment, "view": view, "mode": mode, "quality": quality, "reasons": [each.value for each in reason or ()]}
    coded = {key: value.value if isinstance(value, View | Mode | Quality) else value for key, value in document.items()}
    words = "\n".join(f"{clip} shows {', '.join([segment, *taken])}." for clip in clips)
    answer({"clip": clips[0], "clips": clips, **coded}, words, as_json=as_json)


def _side(letter: str) -> Side | None:
    if letter and letter.upper() not in _SIDES:
        raise typer.BadParameter("--segment begins with L: or R:, or has no side")
    return _SIDES.get(letter.upper())


def _quality(grade: Quality | None, reasons: tuple[QualityReason, ...]) -> ClipQuality | None:
    if grade is None and not reasons:
        return None
    try:
        return ClipQuality(grade or Quality.DIAGNOSTIC, reasons)
    except ValueError as error:
        raise typer.BadParameter("--quality limited and non-diagnostic need a --reason, and diagnostic has none") from error
