"""Statements that PostgreSQL plans once for a connection, and not again for every page."""

from django.db import DEFAULT_DB_ALIAS, connections

OFTEN = 3  # times that a connection has asked the same


def plan_once() -> None:
    """Let PostgreSQL keep the plan of what a connection asks often; for connections made by this process from now on.

    For the web process alone, whose pages ask the same again and again (docs/decisions/0006). A sync may fill a table
    that was empty when its first statement was planned.
    """
    connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]["prepare_threshold"] = OFTEN
