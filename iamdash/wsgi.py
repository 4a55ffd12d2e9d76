"""The web process: `gunicorn iamdash.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from iamdash.garbage import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamdash.settings")
application = get_wsgi_application()
collect_seldom()
