"""The load forecast: how many exams a charter would send to an adjudicator, before anybody has read one. Pure."""

from corelab.domain.forecast.load import EXAMS, MOST, ClassLoad, Forecast, RuleLoad, foretold, too_many
from corelab.domain.forecast.rates import AttributeRates, ItemRates, Rates, RatesError, read_rates

__all__ = [
    "EXAMS",
    "MOST",
    "AttributeRates",
    "ClassLoad",
    "Forecast",
    "ItemRates",
    "Rates",
    "RatesError",
    "RuleLoad",
    "foretold",
    "read_rates",
    "too_many",
]
