"""The command that follows a vein through a compression clip; it needs no lab."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from corelab.cli.terminal import AsJson, Faulty, answer, command, progress
from corelab.domain.compression import FollowRefusedError, LostReason, RefusalReason
from corelab.services import compression
from corelab.services.compression import FileRefusedError

commands = typer.Typer()

_REFUSED: Mapping[RefusalReason, str] = MappingProxyType(
    {
        RefusalReason.NO_FRAME: "The clip has no such frame. Frames are counted from 0.",
        RefusalReason.OUTSIDE_IMAGE: "The point lies outside the picture. Give a point inside the vein, in pixels.",
        RefusalReason.OUTSIDE_TISSUE: "The point lies outside the tissue picture. Give a point inside the vein, in pixels.",
        RefusalReason.COLOUR: "Colour lies over the vein. Only grey-scale clips are followed.",
        RefusalReason.UNREADABLE: "This frame cannot be read. Name another one.",
        RefusalReason.NO_OUTLINE: "No vein wall was found round this point. Give a point nearer to the middle of the vein.",
        RefusalReason.CONTRAST: "The lumen is as bright as the tissue around it; its walls cannot be told. Measure it by hand.",
        RefusalReason.BORDER: "The vein is cut off by the border of the picture. Name a frame that shows all of it.",
        RefusalReason.STILL: "The tissue stands still: nothing was compressed. Name a clip of a compression.",
    }
)
_LOST: Mapping[str, str] = MappingProxyType(
    {
        LostReason.EDGES.value: "the walls no longer stand out",
        LostReason.DISAGREE.value: "followed from before and from behind the compression, the walls lie in different places",
        LostReason.UNRECOGNISED.value: "what was followed no longer looks like the vein that was named",
        LostReason.BORDER.value: "the vein leaves the picture",
        LostReason.JUMP.value: "the picture jumps to another depth, zoom or view",
        LostReason.UNREADABLE.value: "the frame cannot be read",
        LostReason.COLOUR.value: "colour lies over the vein",
    }
)


@commands.command("compression")
@command
def follow(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A DICOM clip.", show_default=False)],
    point: Annotated[str, typer.Option("--point", help="X,Y: a point inside the vein, in pixels.", show_default=False)],
    frame: Annotated[int, typer.Option("--frame", help="The frame of the point, counted from 0; best one at rest.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Follow a vein through a compression clip: AP and area per frame, proposals for rest and maximal compression, what is left of AP.

    All of it is a proposal for a reader, never a grade. Frames without an answer are lost, with the reason.

    Example: corelab compression clip.dcm --frame 0 --point 322,208 --json
    """
    try:
        x, y = (float(one) for one in point.split(","))
    except ValueError:
        raise typer.BadParameter("--point takes X,Y") from None
    try:
        with progress("Following the vein", quiet=as_json) as show:
            found = compression.follow_file(file, frame, (x, y), lambda done, of: show(done, of, ""))
    except FollowRefusedError as error:
        raise _not_followed(error.reason.value, _REFUSED[error.reason], as_json=as_json) from error
    except FileRefusedError as error:
        raise _not_followed(error.code, error.message, as_json=as_json) from error
    answer(found, _in_words(found), as_json=as_json)


def _not_followed(code: str, words: str, *, as_json: bool) -> Faulty:
    answer({"refused": code, "message": words}, "", as_json=as_json)
    return Faulty("" if as_json else f"Not followed. {words} Nothing was changed.")


def _in_words(found: Mapping[str, Any]) -> str:
    lines = [_proposed(found)]
    if found["pulsates"]:
        lines.append("This vessel pulsates and keeps its calibre. Is it the artery?")
    if found["one_sided"]:
        lines.append("One-sided: the clip does not show the vein at rest again, so nothing checks this from behind.")
    lines += [f"Lost in frames {one['first']} to {one['last']}: {_LOST[one['reason']]}." for one in found["lost"]]
    return "\n".join(lines)


def _proposed(found: Mapping[str, Any]) -> str:
    rest, compressed, residual = found["rest_frame"], found["compressed_frame"], found["residual_ap_percent"]
    if residual is None:
        return f"Lost: no residual can be proposed. At rest in frame {rest}{_size(found, rest)}."
    left = "0 % (no lumen visible; limit about 0.5 mm)" if residual == 0 else f"residual AP {residual:.1f} %"
    return f"Proposed: rest in frame {rest}{_size(found, rest)}, compressed in frame {compressed}{_size(found, compressed)}: {left}."


def _size(found: Mapping[str, Any], frame: int | None) -> str:
    size = None if frame is None else found["frames"][frame]["ap_mm"]
    return "" if size is None else f" ({size:.1f} mm)"
