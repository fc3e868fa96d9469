"""`python -m tongbao` is the command `tongbao`."""

from tongbao.cli.main import main

main(prog_name="tongbao")
