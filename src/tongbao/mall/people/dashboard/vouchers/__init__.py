"""The dashboard's discount codes, one by one; sets of them are not served."""
