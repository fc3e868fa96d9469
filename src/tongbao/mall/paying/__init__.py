"""Payment providers: charges, their callbacks and refunds."""
