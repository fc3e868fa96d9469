"""Oscar's checkout, forked: it pays with what the mall has."""
