"""The dashboard's catalogue, with pictures checked."""
