"""What `corelab bench` measures of reader statistics: kappas of a whole trial with intervals by subject."""

from random import Random
from time import thread_time

from corelab.domain.agreement.bootstrap import Chance
from corelab.domain.agreement.graded_pairs import GradedPair, agreement

SUBJECTS, SEGMENTS, REPETITIONS = 300, 12, 10_000
_CATEGORIES = ("0", "1", "2")
_AGREE = 0.9


def seconds(turn: int) -> float:
    """Processor time of every figure of such a trial. Each turn has a seed of its own: nothing drawn before is used again."""
    pairs = read(SUBJECTS, SEGMENTS)
    begun = thread_time()
    agreement(pairs, _CATEGORIES, Chance(turn, REPETITIONS))
    return thread_time() - begun


def read(subjects: int, segments: int) -> list[GradedPair]:
    """Pairs by chance, the same each time: in nine of ten cells both readers say the same."""
    chance, pairs = Random(1), []  # noqa: S311 - a measurement, no secret
    for subject in range(subjects):
        for _ in range(segments):
            one = chance.choice(_CATEGORIES)
            pairs.append(GradedPair(f"S{subject:03}", one, one if chance.random() < _AGREE else chance.choice(_CATEGORIES)))
    return pairs
