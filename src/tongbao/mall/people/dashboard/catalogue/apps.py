"""The app's name for Oscar."""

from oscar.apps.dashboard.catalogue import apps


class CatalogueDashboardConfig(apps.CatalogueDashboardConfig):  # type: ignore[misc]  # Oscar has no types
    """Oscar's, with its forms taken from here."""

    name = "tongbao.mall.people.dashboard.catalogue"
