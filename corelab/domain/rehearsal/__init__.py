"""What a charter makes of two made-up readings: for people who design one, without a lab."""
