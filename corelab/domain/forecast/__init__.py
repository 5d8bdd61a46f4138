"""The load forecast: how many exams a charter would send to an adjudicator, before anybody has read one. Pure."""
