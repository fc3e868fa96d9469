"""Tags of the people's templates."""
