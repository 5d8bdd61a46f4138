"""Veins that were followed, as the service answers them, for pages that show curves; no picture is looked at."""

from collections.abc import Callable

from corelab.domain.compression import Followed, FollowStoppedError, Lost, LumenFrame, LumenState
from corelab.services.clips import OpenClip

REST, UNDER = 1, 4
MM = 0.1
"""Of one pixel."""


def a_lumen(frame: int, ap: float | None, *, calibrated: bool = True) -> LumenFrame:
    """An upright lumen in the middle of a small picture, ``ap`` pixels high; None: lost."""
    if ap is None:
        return LumenFrame(frame, LumenState.LOST, None, None, None, None)
    area = 20.0 * ap
    columns = (100.0, 110.0, 120.0)
    anterior, posterior = (tuple((x, 80.0 + side * ap / 2) for x in columns) for side in (-1, 1))
    ap_mm, area_mm2 = (ap * MM, area * MM * MM) if calibrated else (None, None)
    return LumenFrame(frame, LumenState.OPEN if ap else LumenState.CLOSED, ap, area, ap_mm, area_mm2, anterior, posterior)


def followed(
    *heights: float | None, lost: tuple[Lost, ...] = (), proposes: bool = True, one_sided: bool = False, pulsates: bool = False,
    calibrated: bool = True,
) -> Followed:  # fmt: skip
    frames = tuple(a_lumen(frame, ap, calibrated=calibrated) for frame, ap in enumerate(heights))
    before, under = heights[REST], heights[UNDER]
    percent = 100 * under / before if proposes and before and under is not None else None
    rest, compressed = (REST, UNDER) if proposes else (None, None)
    return Followed(frames, rest, compressed, percent, lost, one_sided=one_sided, pulsates=pulsates, method="walls test")


def answering(answer: Followed | Exception) -> Callable[..., Followed]:
    """A service that answers at once."""

    def follow(
        clip: OpenClip, frame: int, point: tuple[float, float], told: Callable[..., None] | None = None,
        stop: Callable[[], bool] | None = None, grown: Callable[[LumenFrame], None] | None = None,
    ) -> Followed:  # fmt: skip
        assert 0 <= frame < clip.clip.frames
        assert 0 <= point[0] < clip.clip.columns
        if isinstance(answer, Exception):
            raise answer
        for done in range(1, len(answer.frames) + 1):
            if stop is not None and stop():
                raise FollowStoppedError
            if grown is not None:
                grown(answer.frames[done - 1])
            if told is not None:
                told(done, len(answer.frames))
        return answer

    return follow
