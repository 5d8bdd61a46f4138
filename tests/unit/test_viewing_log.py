"""What is painted is logged: which frames, how often all of them, how long and how fast; what was not seen can be told."""

from types import SimpleNamespace

import pytest

from corelab.domain.clip import Clip, Timing, TimingSource
from corelab.domain.content import Viewing, viewing_json, viewing_of
from corelab.domain.vocabulary import SegmentId, Sha256
from corelab.domain.watching import Watched
from corelab.export.beside import viewing_rows
from corelab.export.tables import VIEWING
from corelab.services.saving import viewing_of as viewing_of_clips
from corelab.services.saving import watched_of
from corelab.ui.exam_clips import ExamClips, ViewingLog
from corelab.ui.reading_shown import unseen_words

CLIP, STILL = Sha256("a" * 64), Sha256("b" * 64)


def a_clip(sha256: Sha256 = CLIP, frames: int = 6, damaged: tuple[int, ...] = ()) -> Clip:
    return Clip(sha256, 24, 32, Timing(TimingSource.FRAME_TIME, (40.0,) * frames), (), SegmentId("CFV"), None, damaged)


def a_log(*clips: Clip, played: dict[Sha256, frozenset[int]] | None = None, watched: dict[Sha256, Watched] | None = None) -> ViewingLog:
    log = ViewingLog()
    log.begin(ExamClips(clips or (a_clip(),)), played or {}, watched)
    return log


def played_through(log: ViewingLog, frames: int = 6, speed: int = 100) -> None:
    for frame in range(frames):
        log.add(CLIP, frame, speed)


def test_a_clip_is_complete_once_and_passes_are_counted_each_time() -> None:
    log = a_log()
    completed = [log.add(CLIP, frame, 100) for _ in range(3) for frame in range(6)]
    assert completed == [*[False] * 5, True, *[False] * 12]
    assert log.watched[CLIP] == Watched(0, 3, (100,))


def test_a_pass_is_complete_only_when_a_dropped_frame_was_shown_too() -> None:
    log = a_log()
    for frame in (0, 1, 2, 4, 5, 0, 1, 2):
        log.add(CLIP, frame)
    assert (log.watched[CLIP].passes, log.seen(a_clip())) == (0, False)
    log.add(CLIP, 3)
    assert (log.watched[CLIP].passes, log.seen(a_clip())) == (1, True)


def test_painting_one_frame_again_and_again_is_one_look() -> None:
    still = a_clip(STILL, 1)
    log = a_log(still)
    for _ in range(20):
        log.add(STILL, 0)
    assert log.watched[STILL] == Watched(0, 1, ())
    log.left(())
    log.add(STILL, 0)
    assert log.watched[STILL].passes == 2


def test_speeds_are_those_it_played_at_and_stepping_has_none() -> None:
    log = a_log()
    log.add(CLIP, 0)
    assert log.watched[CLIP].speeds == ()
    played_through(log, speed=200)
    played_through(log, speed=25)
    assert log.watched[CLIP].speeds == (25, 200)


def test_active_time_counts_for_what_was_in_sight() -> None:
    log = a_log(a_clip(), a_clip(STILL, 1))
    log.add(CLIP, 0)
    log.stayed((CLIP,), 900)
    log.stayed((CLIP, STILL), 1200)
    assert log.watched == {CLIP: Watched(2, 0, ())}


def test_what_was_watched_before_is_added_to() -> None:
    log = a_log(played={CLIP: frozenset(range(6))}, watched={CLIP: Watched(40, 2, (100,))})
    log.stayed((CLIP,), 5000)
    played_through(log, speed=50)
    assert log.watched[CLIP] == Watched(45, 3, (50, 100))


def test_a_pass_begun_at_an_earlier_time_is_finished_now() -> None:
    log = a_log(played={CLIP: frozenset(range(4))}, watched={CLIP: Watched(3, 0, (100,))})
    log.add(CLIP, 4)
    assert log.add(CLIP, 5)
    assert log.watched[CLIP].passes == 1


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ((), "not seen yet"),
        ((0, 1, 2), "frames 4 to 6 not seen"),
        ((0, 1, 2, 3, 4), "frame 6 not seen"),
        ((1, 3, 5), "frames 1, 3, 5 not seen"),
        ((0, 1, 2, 3, 4, 5), ""),
    ],
)
def test_what_was_not_seen_is_told(shown: tuple[int, ...], words: str) -> None:
    log = a_log(played={CLIP: frozenset(shown)})
    assert unseen_words(a_clip(), log) == words


def test_of_many_gaps_the_first_are_told_and_damaged_frames_are_none() -> None:
    clip = a_clip(frames=12, damaged=(1,))
    log = a_log(clip, played={CLIP: frozenset(range(0, 12, 2))})
    assert unseen_words(clip, log) == "frames 4, 6, 8 and others not seen"
    assert unseen_words(a_clip(damaged=(5,)), a_log(a_clip(damaged=(5,)), played={CLIP: frozenset(range(5))})) == ""


def test_a_record_from_before_is_read_and_written_as_it_was() -> None:
    old = {"clip": CLIP, "frames": 60, "shown": [[0, 9], [12, 59]]}
    assert viewing_of(old) == Viewing(CLIP, 60, ((0, 9), (12, 59)))
    assert viewing_json(viewing_of(old)) == old
    new = {**old, "watched": {"passes": 2, "seconds": 31, "speeds": [50, 100]}}
    assert viewing_json(viewing_of(new)) == new
    assert watched_of((viewing_of(old), viewing_of(new))) == {CLIP: Watched(31, 2, (50, 100))}


def test_a_reading_keeps_what_is_known_of_each_clip() -> None:
    kept = viewing_of_clips([a_clip(), a_clip(STILL, 1)], {CLIP: frozenset({0, 1})}, {CLIP: Watched(1, 0, (100,))})
    assert kept == (Viewing(CLIP, 6, ((0, 1),), Watched(1, 0, (100,))), Viewing(STILL, 1, ()))


def test_the_package_tells_seconds_passes_and_speeds_and_nothing_where_they_were_not_counted() -> None:
    viewing = (Viewing(CLIP, 6, ((0, 5),), Watched(31, 4, (50, 100))), Viewing(STILL, 1, ((0, 0),)))
    record, exam = SimpleNamespace(record="r1", viewing=viewing), SimpleNamespace(study="T", subject="S01", visit="D10")
    charter = SimpleNamespace(visit=lambda _id: SimpleNamespace(number=3))
    counted, before = viewing_rows(charter, exam, record)  # type: ignore[arg-type]  # of these only this is asked
    assert counted == {
        "STUDYID": "T", "USUBJID": "S01", "VISITNUM": "3", "VISIT": "D10", "RECID": "r1",
        "CLIPID": CLIP, "FRSHOWN": "6", "FRTOTAL": "6", "SECONDS": "31", "PASSES": "4", "SPEEDS": "50 100",
    }  # fmt: skip
    assert (before["FRSHOWN"], before["SECONDS"], before["PASSES"], before["SPEEDS"]) == ("1", "", "", "")
    assert set(counted) == set(VIEWING.names)
