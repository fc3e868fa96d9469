"""The dashboard's orders, to be looked at: what becomes of them is decided at the desks."""
