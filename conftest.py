"""Sets Django up before anything imports a model: the tests' own databases are made per test.

It stands here, above tests and src, for the doctests in src need it too.
"""

import os

import django

# A test names its database; one that forgets to finds an empty one, not the developer's own.
os.environ["TONGBAO_DATABASE"] = "sqlite://:memory:"
os.environ["TONGBAO_SANDBOX"] = "yes"
os.environ["DJANGO_SETTINGS_MODULE"] = "tongbao.site.mall"
django.setup()
