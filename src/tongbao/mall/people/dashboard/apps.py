"""The app's name for Oscar."""

from oscar.apps.dashboard import apps


class DashboardConfig(apps.DashboardConfig):
    """Oscar's; what lies beside this file goes before Oscar's own."""

    name = "tongbao.mall.people.dashboard"
