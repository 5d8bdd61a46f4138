"""De-identification: a new data set by default deny, keyed identifiers, and the search for what must not remain."""
