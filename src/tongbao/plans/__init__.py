"""Plan files for people: reading, presets, the linter with its sources, plain words."""
