"""One command, `tongbao`; each subcommand's room is imported only when it runs."""
