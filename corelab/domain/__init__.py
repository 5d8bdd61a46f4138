"""The rules of the trial: pure, without screen, disk or clock."""
