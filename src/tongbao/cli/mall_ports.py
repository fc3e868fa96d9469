"""Whether something can be served at an address."""

import errno
import socket

from tongbao.cli import mall_words as words
from tongbao.cli.ledger_words import Unable


def check_port(host: str, port: int) -> None:
    """See that nobody listens there.

    Raises:
        Unable: somebody does, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            is_taken = error.errno == errno.EADDRINUSE
            reason = words.PORT_TAKEN if is_taken else error.strerror or str(error)
            raise Unable(words.NO_PORT.fill(host=host, port=port, reason=reason)) from None
