"""Synthetic duplex ultrasound clips from a seed, with the truth beside them: for the demo, training and tests."""

from corelab.imaging.phantom.asking import (
    PhantomClockingError,
    PhantomKindError,
    PhantomLayoutError,
    PhantomLevelError,
    PhantomSizeError,
    PhantomWordError,
)
from corelab.imaging.phantom.clip import Phantom, another, make_phantom, rewrap
from corelab.imaging.phantom.clock import Clocking
from corelab.imaging.phantom.dicom import Identity, identity
from corelab.imaging.phantom.encoding import SYNTAXES, SyntaxUnsupportedError
from corelab.imaging.phantom.hard import Hard, PhantomHardError
from corelab.imaging.phantom.kinds import Kind, Level
from corelab.imaging.phantom.layout import Layout
from corelab.imaging.phantom.spectral import PhantomRefluxError

__all__ = [
    "SYNTAXES",
    "Clocking",
    "Hard",
    "Identity",
    "Kind",
    "Layout",
    "Level",
    "Phantom",
    "PhantomClockingError",
    "PhantomHardError",
    "PhantomKindError",
    "PhantomLayoutError",
    "PhantomLevelError",
    "PhantomRefluxError",
    "PhantomSizeError",
    "PhantomWordError",
    "SyntaxUnsupportedError",
    "another",
    "identity",
    "make_phantom",
    "rewrap",
]
