"""Video inside DICOM - MPEG-2, H.264, HEVC - as frames that can be counted, jumped to and stepped through exactly."""

from corelab.imaging.video.film import Film

__all__ = ["Film"]
