"""Synthetic duplex ultrasound clips from a seed, with the truth beside them: for the demo, training and tests."""

from corelab.imaging.phantom.clip import (
    Phantom,
    PhantomKindError,
    PhantomLayoutError,
    PhantomLevelError,
    PhantomSizeError,
    make_phantom,
    rewrap,
)
from corelab.imaging.phantom.dicom import SYNTAXES, Identity, SyntaxUnsupportedError, identity
from corelab.imaging.phantom.hard import Hard, PhantomHardError
from corelab.imaging.phantom.kinds import Kind, Level
from corelab.imaging.phantom.layout import Layout

__all__ = [
    "SYNTAXES",
    "Hard",
    "Identity",
    "Kind",
    "Layout",
    "Level",
    "Phantom",
    "PhantomHardError",
    "PhantomKindError",
    "PhantomLayoutError",
    "PhantomLevelError",
    "PhantomSizeError",
    "SyntaxUnsupportedError",
    "identity",
    "make_phantom",
    "rewrap",
]
