"""The environment variables of a stack on this machine, and a command that lends them to `manage.py`."""

import os
import secrets
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from iamdash.local.programs import MANAGE

# What a program needs of the caller's environment to run at all; the demo takes nothing else from it, so that neither
# AWS credentials nor settings of another iamdash reach it.
KEPT_BY_THE_DEMO = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "TMPDIR", "COLUMNS", "NO_COLOR", "VIRTUAL_ENV")


def product_variables(base: Path, *, config: Path) -> dict[str, str]:
    """What every stack sets: it answers on this machine alone, and keeps its secret below `base`."""
    return {
        "SECRET_KEY": secret_key(base),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "IAMDASH_CONFIG": str(config),
        "CELERY_BEAT_SCHEDULE": str(base / "run" / "beat-schedule"),
        "PYTHONUNBUFFERED": "1",
    }


def kept_by_the_demo() -> dict[str, str]:
    """The part of our own environment that the demo's programs see."""
    return {name: os.environ[name] for name in KEPT_BY_THE_DEMO if name in os.environ}


def secret_key(base: Path) -> str:
    """The secret key of this stack: made once, then kept, so that a restart signs nobody out."""
    file = base / "secret-key"
    if not file.exists():
        base.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text()


def write_manage_script(path: Path, variables: Mapping[str, str], *, forget_aws: bool) -> None:
    """Write a command that runs manage.py against this stack; for its owner only, as it holds the passwords."""
    lines = ["#!/bin/sh", "# Runs manage.py against the stack that is running now; it goes when the stack stops."]
    if forget_aws:
        lines.append("for name in $(env | sed -n 's/^\\(AWS_[A-Z_0-9]*\\)=.*/\\1/p'); do unset \"$name\"; done")
    lines += [f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())]
    lines.append(f'exec {shlex.quote(sys.executable)} {shlex.quote(MANAGE)} "$@"')
    path.unlink(missing_ok=True)
    path.touch(mode=0o700)
    path.write_text("\n".join(lines) + "\n")
