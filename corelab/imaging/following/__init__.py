"""A vein followed through a clip from one click: outline, walls, flow, refinement, second anchor, verdict."""

from corelab.imaging.following.film import Film
from corelab.imaging.following.follow import Grown, Stop, Told, follow_film

__all__ = ["Film", "Grown", "Stop", "Told", "follow_film"]
