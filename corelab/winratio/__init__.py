"""`corelab-winratio`, a separate program: the win ratio of a package's endpoints and an arm file. It opens no lab."""

from corelab.winratio.command import main

__all__ = ["main"]
