"""Django's PostgreSQL backend, but for moments: a page reads hundreds, and reading one took longer than all else of it.

Settings name this package as the engine, and Django looks for `base.DatabaseWrapper` in it.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.adapt import Loader


class MomentLoader(Loader):
    """Reads what PostgreSQL writes of a moment: ISO 8601, and in UTC, as Django asks of every connection."""

    timezone = UTC  # where it is another than the connection's, Django uses a loader of its own

    def load(self, data: Buffer) -> datetime:
        """Return the moment."""
        return datetime.fromisoformat(bytes(data).decode())


class DatabaseWrapper(base.DatabaseWrapper):
    """What settings.DATABASES means."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        """Connect, and read moments our way."""
        connection: Connection[Any] = super().get_new_connection(conn_params)
        connection.adapters.register_loader("timestamptz", MomentLoader)
        return connection
