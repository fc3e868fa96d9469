"""The mall: a storefront on the ledger, around django-oscar."""
