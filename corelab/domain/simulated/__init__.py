"""Simulated trials: who the subjects are, what their veins look like and what readers say, from a seed. Pure."""

from corelab.domain.simulated.chosen import ChosenExam, ChosenExams, ChosenTrial, ChosenTrialError, chosen_trial
from corelab.domain.simulated.readers import graded
from corelab.domain.simulated.trial import SimulatedTrial

__all__ = ["ChosenExam", "ChosenExams", "ChosenTrial", "ChosenTrialError", "SimulatedTrial", "chosen_trial", "graded"]
