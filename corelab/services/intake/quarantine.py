"""Where delivered bytes lie: as intake knows it."""

from corelab.services.quarantine import Place, made_folder

__all__ = ["Place", "made_folder"]
