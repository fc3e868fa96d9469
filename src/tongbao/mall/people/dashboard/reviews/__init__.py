"""The dashboard's reviews: shown, or held back."""
