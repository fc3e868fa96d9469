"""Sets Django up, before anything that has to do with a database is imported."""

import os

import django


def make_ready() -> None:
    """Set Django up; a benchmark names its databases itself, the default one is empty."""
    os.environ.setdefault("TONGBAO_DATABASE", "sqlite://:memory:")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongbao.site.mall")
    django.setup()
