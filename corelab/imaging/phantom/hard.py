"""What makes a clip hard to follow: each of these happens in real examinations, and each is one knob of the phantom."""

from enum import Enum

from corelab.imaging.phantom.kinds import Filling, Traits


class Hard(Enum):
    """One difficulty of a compression clip."""

    OUT_OF_PLANE = "out_of_plane"
    """The probe leaves the plane under pressure and does not come back: other speckle, another calibre."""
    JITTER = "jitter"
    """The hand trembles at 3 to 6 Hz."""
    SLIP = "slip"
    """The probe slides sideways by millimetres."""
    ENDS_COMPRESSED = "ends_compressed"
    """The clip is stored before the pressure is let go."""
    FAST = "fast"
    """Full pressure within 0.2 to 0.3 s."""
    GAIN_DROP = "gain_drop"
    """Contact is lost in part under pressure: 4 to 11 dB less."""
    SHADOW = "shadow"
    """A shadow from above lies across a part of the vein."""
    ISOECHOIC_THROMBUS = "isoechoic_thrombus"
    """Thrombus about as bright as the tissue round it."""


class PhantomHardError(ValueError):
    """No difficulty of this name, or none that this kind of clip can have; ``known`` are those it can."""

    def __init__(self, hard: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{hard!r} is no difficulty of this kind of clip; it can have: {', '.join(known) or 'none'}")
        self.hard, self.known = hard, known


def possible(traits: Traits) -> tuple[Hard, ...]:
    """The difficulties that a kind of clip can have: nobody slips who does not press, and a free vein holds no thrombus."""
    if traits.residual is None:
        return ()
    return tuple(each for each in Hard if each is not Hard.ISOECHOIC_THROMBUS or traits.filling is not Filling.FREE)
