"""What pages say about a demo."""
