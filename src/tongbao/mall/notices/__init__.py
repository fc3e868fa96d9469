"""Messages to people: in the mall and by e-mail."""
