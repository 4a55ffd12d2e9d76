"""The one Django app."""

from django.apps import AppConfig


class IamdashConfig(AppConfig):
    """iamdash, whole: its walls are folders, held by the import contract."""

    name = "iamdash"
    default_auto_field = "django.db.models.BigAutoField"
