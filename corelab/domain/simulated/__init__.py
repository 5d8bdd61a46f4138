"""Simulated trials: who the subjects are, what their veins look like and what readers say, from a seed. Pure."""

from corelab.domain.simulated.readers import graded
from corelab.domain.simulated.trial import SimulatedTrial

__all__ = ["SimulatedTrial", "graded"]
