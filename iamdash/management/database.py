"""What a command says when the database does not answer, in place of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import DatabaseError, OperationalError, ProgrammingError


@contextmanager
def database_errors_in_words() -> Iterator[None]:
    """Turn what the database refuses inside this block into a CommandError that says what to do."""
    try:
        yield
    except OperationalError as error:
        raise CommandError(f"PostgreSQL does not answer; check DATABASE_URL. It says: {_first_line(error)}") from error
    except ProgrammingError as error:
        raise CommandError(
            f"The tables are not there as expected; run manage.py migrate. {_first_line(error)}"
        ) from error


def _first_line(error: DatabaseError) -> str:
    return str(error).partition("\n")[0]
