"""Views that change no order: an order's state, its goods and its money follow its sale."""

from oscar.apps.dashboard.orders import views


class OrderDetailView(views.OrderDetailView):
    """One order; only notes can be written on it."""

    order_actions = ("save_note", "delete_note")
    line_actions = ()
