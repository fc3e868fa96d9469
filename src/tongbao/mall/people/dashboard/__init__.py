"""Forks of Oscar's dashboard apps, as small as can be."""
