"""Serving a mall: gunicorn in this process, the worker in one beside it."""

import gc
import multiprocessing
import os
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from gunicorn.app.base import BaseApplication

from tongbao.cli import mall_words as words
from tongbao.cli.ledger_words import Unable
from tongbao.cli.mall_connections import Worker
from tongbao.cli.mall_ports import check_port
from tongbao.mall.demo.marker import is_demo
from tongbao.mall.shop.models import Shop

_STOP_SECONDS: Final = 5


def serve(host: str, port: int, *, processes: int, threads: int, worker: bool) -> None:
    """Serve the mall until SIGTERM or SIGINT.

    Raises:
        Unable: no mall is set up, the port is taken, or it is a demo and not for this machine only.
    """
    if not Shop.objects.exists():
        raise Unable(words.NOT_OPENED)
    if is_demo() and not (_is_here(host) and _is_here(urlsplit(settings.ADDRESS).hostname or "")):
        raise Unable(words.ONLY_HERE)
    check_port(host, port)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    from tongbao.site.bridge import Bridge  # noqa: PLC0415  # with what loads every page's code
    from tongbao.site.wsgi import application  # noqa: PLC0415  # likewise

    gc.collect()
    gc.freeze()  # what is loaded stays: no page waits while it is looked through for garbage
    connections.close_all()  # none is shared with the processes that begin now
    mine = os.getpid()
    beside = _worker_process() if worker else None
    options = {
        "bind": f"{host}:{port}",
        "workers": processes,
        "worker_class": Worker,
        "preload_app": True,
        "graceful_timeout": _STOP_SECONDS,
        "loglevel": "warning",
        "control_socket_disable": True,
    }
    try:
        _Server(Bridge(application, threads), options).run()
    finally:
        if beside is not None and os.getpid() == mine:  # gunicorn's own processes come by too
            beside.terminate()
            beside.join(_STOP_SECONDS)


def _is_here(host: str) -> bool:
    """Say whether only this machine reaches that host."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _worker_process() -> multiprocessing.process.BaseProcess:
    """Begin the worker in a process that shares what is loaded, and ends with this one."""
    from tongbao.cli import mall_work  # noqa: PLC0415  # only where it is wanted

    process = multiprocessing.get_context("fork").Process(
        target=mall_work.run, args=(os.getpid(),), name="tongbao-mall-worker", daemon=True
    )
    process.start()
    return process


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, with its settings from here and from nowhere else."""

    def __init__(self, application: object, options: Mapping[str, Any]) -> None:
        self._application = application
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the settings over."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> object:
        """Return what answers requests."""
        return self._application
