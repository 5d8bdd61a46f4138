"""Duplex ultrasound core-lab reading workstation."""

from importlib.metadata import version

__version__ = version("corelab")
