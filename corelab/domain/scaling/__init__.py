"""How large a lab may grow: from readers, trials and machines to sizes, loads and waits, and what is full first. Pure."""
