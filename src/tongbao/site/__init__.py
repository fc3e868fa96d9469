"""The Django project: settings and the composition of the rooms."""
