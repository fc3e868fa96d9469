"""What a web server runs: ``tongbao.site.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongbao.site.mall")
application = get_wsgi_application()
