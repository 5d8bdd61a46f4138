"""A vein followed through a compression clip, for whoever asks: a proposal, never a grade. Nothing of it is stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from corelab.domain.compression import Followed, FollowRefusedError, FollowStoppedError, Lost, LumenFrame, Point
from corelab.imaging.faults import FileRefusedError, FrameUnreadableError
from corelab.imaging.following import Film, Grown, Stop, Told, follow_film
from corelab.imaging.frames import FrameFile

if TYPE_CHECKING:
    from corelab.services.clips import OpenClip

__all__ = ["FileRefusedError", "FollowRefusedError", "FollowStoppedError", "FrameUnreadableError", "follow", "follow_file"]


def follow(
    clip: "OpenClip", frame: int, point: Point, told: Told | None = None, stop: Stop | None = None, grown: Grown | None = None
) -> Followed:
    """The vein under ``point`` (pixels) of ``frame``, for the window: belongs on a worker, takes seconds, asks nothing of the lab.

    ``told`` hears (done, of), ``grown`` each lumen as it is found, before the verdict.

    Raises FollowRefusedError, or FollowStoppedError once ``stop`` answers True.
    """
    shown = clip.clip
    seconds = shown.timing.duration_ms / 1000 / max(1, shown.frames)
    film = Film(clip.decoded, shown.frames, (shown.columns, shown.rows), shown.regions, seconds)
    return follow_film(film, frame, point, told, stop, grown)


def follow_file(path: Path, frame: int, point: Point, told: Told | None = None) -> dict[str, Any]:
    """The same of a file without a lab, as the JSON of ``corelab compression``. Raises FileRefusedError and FollowRefusedError."""
    with FrameFile.open(path) as file:
        header = file.header
        seconds = header.timing.duration_ms / 1000 / max(1, file.frames)
        film = Film(file.decode, file.frames, (header.columns, header.rows), header.regions, seconds)
        return as_json(follow_film(film, frame, point, told))


def as_json(followed: Followed) -> dict[str, Any]:
    return {
        "frames": [_frame(each) for each in followed.frames],
        "rest_frame": followed.rest_frame,
        "compressed_frame": followed.compressed_frame,
        "residual_ap_percent": followed.residual_ap_percent,
        "lost": [_lost(each) for each in followed.lost],
        "one_sided": followed.one_sided,
        "pulsates": followed.pulsates,
        "method": followed.method,
    }


def _frame(lumen: LumenFrame) -> dict[str, Any]:
    sizes = {"ap_mm": lumen.ap_mm, "area_mm2": lumen.area_mm2, "ap_px": lumen.ap_px, "area_px": lumen.area_px}
    return {"frame": lumen.frame, "state": lumen.state.value, **sizes}


def _lost(lost: Lost) -> dict[str, Any]:
    return {"first": lost.first, "last": lost.last, "reason": lost.reason.value, "last_good": lost.last_good}
