"""The records: database, keys, seals and signatures."""
