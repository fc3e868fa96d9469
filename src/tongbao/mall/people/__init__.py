"""Shoppers, merchants' staff and operators: who they are, and who invited them."""
