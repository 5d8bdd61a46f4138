"""The pictures of the calibration set: phantoms of secret seeds, drawn once and wrapped anew for every clip."""

from random import Random

from corelab.services.phantoms import Phantom, make_phantom, rewrap

_FRAMES, _SIZE = 24, (400, 300)
_SEEDS = 3


class Pictures:
    """Draws phantoms once and wraps them anew for every clip.

    Seeds are as secret as the chance they come from: who knew one could draw the same picture and so find what it shows.
    """

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._seeds = tuple(chance.getrandbits(60) for _ in range(_SEEDS))
        self._drawn: dict[tuple[str, int], Phantom] = {}

    def clip(self, kind: str, patient: str) -> bytes:
        seed = self._chance.choice(self._seeds)
        if (kind, seed) not in self._drawn:
            self._drawn[kind, seed] = make_phantom(kind, seed, frames=_FRAMES, size=_SIZE)
        return rewrap(self._drawn[kind, seed], self._chance.getrandbits(120), patient_id=patient).dicom
