"""Django settings of the ledger alone; `tongbao.site.mall` adds the mall's to them.

What differs between installations comes from the environment.

TONGBAO_DATABASE
    The database as a URL: ``postgresql://user:password@host/name`` or ``sqlite:///path``, and more
    in `tongbao.site.databases`; by default ``tongbao.sqlite3`` in the working folder.
"""

import os

from tongbao.site.databases import database

DATABASES = {"default": database(os.environ.get("TONGBAO_DATABASE", "sqlite:///tongbao.sqlite3"))}
INSTALLED_APPS = ["tongbao.ledger"]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
