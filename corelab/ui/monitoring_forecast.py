"""The forecast of cases in numbers: by class of difference, and what each rule costs."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from corelab.domain.agreement.estimate import Estimate
from corelab.domain.forecast.load import Forecast
from corelab.domain.monitoring.expected import Expected
from corelab.ui.dialog import Dialog
from corelab.ui.monitoring_words import between, share_words
from corelab.ui.rows import Column, Rows, Shown, shown
from corelab.ui.theme import Colour, Weight

_COLUMNS = (Column("Difference"), Column("Exams with it", 110, right=True, firm=True), Column("95 %", 150, right=True, firm=True))
_ROW = 32


class ForecastDialog(Dialog):
    """``expected`` is None for a forecast from a file alone; ``from_file`` asks for such a file."""

    def __init__(self, parent: QWidget, forecast: Forecast | None, expected: Expected | None, from_file: Callable[[], None]) -> None:
        super().__init__(parent, "Forecast of cases", width=680)
        self._from_file = from_file
        if forecast is None:
            self.add_words(
                "No exam has two signed readings yet. A file of rates (how grades are spread, how often readers err) gives a forecast."
            )
        else:
            self.add_words(forecast_words(forecast, expected))
            self.rows = Rows(_COLUMNS, "Classes and rules", row_height=_ROW)
            lines = [*_classes(forecast), *_rules(forecast)]
            self.rows.show_rows(lines)
            self.rows.setFixedHeight(_ROW * min(10, len(lines)) + 40)
            self.lines.addWidget(self.rows)
            if forecast.assumed:
                self.add_words(f"Without rates, so never different here: {', '.join(forecast.assumed)}.")
        self.add_button("From a file of rates", self._on_file)
        self.add_button("Close", self.accept, primary=True, cap="Esc")

    def _on_file(self) -> None:
        self.accept()
        self._from_file()


def forecast_words(forecast: Forecast, expected: Expected | None) -> str:
    if expected is None:
        hours = f"{forecast.hours:.1f} hours for {forecast.planned_exams} exams at {forecast.minutes_per_case:g} minutes a case"
        return f"A case in {share_words(forecast.with_case)} of exams ({_around(forecast.with_case)}): {hours}."
    around = expected.interval
    cases = f"{expected.cases:.0f} cases in the {expected.exams} exams that came in, 95 % {around.low:.0f} to {around.high:.0f}"
    minutes = f"{forecast.minutes_per_case:g} minutes a case"
    hours_words = f"{expected.hours(around.low):.1f} to {expected.hours(around.high):.1f} hours of adjudication at {minutes}"
    return f"{cases}; {expected.met} have one now. That is {hours_words}."


def _around(share: Estimate) -> str:
    return between(share.interval, 100, 1) if share.interval else ""


def _classes(forecast: Forecast) -> list[tuple[Shown, ...]]:
    return [
        (Shown(f"{one.id}  {one.label}", Colour.STRONG, Weight.VALUE), shown(share_words(one.exams)), shown(_around(one.exams)))
        for one in forecast.classes
    ]


def _rules(forecast: Forecast) -> list[tuple[Shown, ...]]:
    """What each rule that adjudicates takes part in."""
    return [
        (shown(f"rule {one.rule}; {share_words(one.without)} without it"), shown(share_words(one.exams)), shown(_around(one.exams)))
        for one in forecast.rules
    ]
