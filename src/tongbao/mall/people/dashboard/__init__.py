"""A fork of Oscar's dashboard, as small as can be: pictures are checked."""
