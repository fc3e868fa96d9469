"""The command `tongbao`: finds the subcommand and imports it only when it is used."""

import os
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

import click

import tongbao

_COMMANDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "audit": ("tongbao.cli.audit", "Verify an exported journal, on any machine."),
        "backtest": ("tongbao.cli.backtest", "What a plan would have done to a shop's own orders."),
        "books": ("tongbao.cli.statement", "A program's books of a day, and its price."),
        "checkpoint": ("tongbao.cli.checkpoint", "Sign where a program's journal stands."),
        "export": ("tongbao.cli.export", "Write a program's journal to a file."),
        "health": ("tongbao.cli.health", "Whether the database and its programs are in order."),
        "ledger": ("tongbao.cli.ledger", "Set up, settle and check the database of programs."),
        "mall": ("tongbao.cli.mall", "Open a mall, serve it, look after it; or try a demo."),
        "move": ("tongbao.cli.move", "Move a program to another database."),
        "plan": ("tongbao.cli.plan", "Write, check and explain plans."),
        "program": ("tongbao.cli.program", "Make, launch and look after programs that last."),
        "replay": ("tongbao.cli.replay", "Run a stream of commands through the engine."),
        "statement": ("tongbao.cli.statement", "What happened to an account, and why."),
        "worker": ("tongbao.cli.worker", "Keep programs settled and their days closed."),
    }
)
_EXTRAS: Final[Mapping[str, str]] = MappingProxyType(
    {"audit": "audit", "backtest": "lab", "mall": "mall"}
)
# Commands whose files are for others to read: plans, checkpoints. Whatever any other command writes
# (journals, orders, databases, tables, mails) may hold people's data: nobody else opens it.
PUBLISHING: Final = frozenset({"checkpoint", "plan", "worker"})
_OTHERS: Final = 0o077
_DURABLE: Final = "ledger"  # the extra of every other command that needs one


class _LazyGroup(click.Group):
    """A group whose subcommands are named here and imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands, without importing them."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand; say which extra is missing if its libraries are."""
        if cmd_name not in _COMMANDS:
            return None
        module = _COMMANDS[cmd_name][0]
        try:
            command: click.Command = getattr(import_module(module), cmd_name)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("tongbao"):
                raise
            extra = _EXTRAS.get(cmd_name, _DURABLE)
            message = f"`tongbao {cmd_name}` needs {error.name}: pip install 'tongbao[{extra}]'"
            raise click.UsageError(message, ctx) from None
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of subcommands, without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(_COMMANDS.items())])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tongbao.__version__, prog_name="tongbao")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Tongbao (通宝): reward points that are fully backed, and provably so."""
    if ctx.invoked_subcommand not in PUBLISHING:
        os.umask(os.umask(_OTHERS) | _OTHERS)
