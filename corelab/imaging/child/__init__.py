"""Delivered bytes are parsed, decoded, masked and read again only in short-lived child processes with limits of their own."""

from corelab.imaging.child.bounds import Bounds
from corelab.imaging.child.ends import ChildStoppedError, ReaderUnavailableError
from corelab.imaging.child.reader import extreme_pictures, finish, listed_files, picture, prepared, require_clean, study_uid

__all__ = [
    "Bounds",
    "ChildStoppedError",
    "ReaderUnavailableError",
    "extreme_pictures",
    "finish",
    "listed_files",
    "picture",
    "prepared",
    "require_clean",
    "study_uid",
]
