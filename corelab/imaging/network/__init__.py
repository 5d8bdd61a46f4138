"""Receives clips by network (DICOM storage): one folder of whole objects for each association, nothing else of the sender."""

from corelab.imaging.network.rules import Landed, Limits, Rules, Tls

__all__ = ["Landed", "Limits", "Rules", "Tls"]
