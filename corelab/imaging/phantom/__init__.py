"""Synthetic duplex ultrasound clips from a seed, with the truth beside them: for the demo, training and tests."""

from corelab.imaging.phantom.clip import Phantom, PhantomKindError, PhantomLayoutError, PhantomSizeError, make_phantom, rewrap
from corelab.imaging.phantom.dicom import SYNTAXES, Identity, SyntaxUnsupportedError, identity
from corelab.imaging.phantom.hard import Hard, PhantomHardError
from corelab.imaging.phantom.kinds import Kind
from corelab.imaging.phantom.layout import Layout

__all__ = [
    "SYNTAXES",
    "Hard",
    "Identity",
    "Kind",
    "Layout",
    "Phantom",
    "PhantomHardError",
    "PhantomKindError",
    "PhantomLayoutError",
    "PhantomSizeError",
    "SyntaxUnsupportedError",
    "identity",
    "make_phantom",
    "rewrap",
]
