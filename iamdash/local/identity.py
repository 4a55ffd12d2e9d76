"""As whom PostgreSQL runs: it refuses uid 0, and in a container everybody is root.

An ordinary user simply runs it. Root, and a user without a name, try a user namespace first: nothing is copied, no
owner changes. Where the machine refuses that, root has the programs copied to where `nobody` can read and run them.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from iamdash.local.child import LocalError

NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


@dataclass(frozen=True)
class Identity:
    """How to run PostgreSQL: a command prefix or another uid, where its programs are and where it may keep data."""

    programs: Path
    home: Path
    prefix: tuple[str, ...] = ()
    run_as: int | None = None

    def own(self, path: Path) -> None:
        """Hand a file or directory over to this identity, where it differs from ours."""
        if self.run_as is not None:
            os.chown(path, self.run_as, self.run_as)


def unprivileged_identity(programs: Path, *, base: Path) -> Identity:
    """The identity for this machine; `programs` is PostgreSQL's installation, `base` where data would go best."""
    is_root = os.geteuid() == 0
    if not is_root and _has_a_name():
        return Identity(programs=programs, home=base)
    if namespaces_are_allowed():
        return Identity(programs=programs, home=base, prefix=NAMESPACE)
    if is_root:
        return nobody(programs, base=base)
    raise LocalError(
        f"PostgreSQL does not start for user number {os.geteuid()}, which has no name in /etc/passwd. "
        "Run this as a user that has one, or as root."
    )


def _has_a_name() -> bool:
    """Whether /etc/passwd knows us: PostgreSQL insists, and a container may run under any number."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def namespaces_are_allowed() -> bool:
    """Whether we may make a user namespace here: hardened kernels and many containers say no."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def nobody(programs: Path, *, base: Path) -> Identity:
    """Run as `nobody`, from a copy of the programs that everybody can read.

    Copy and data lie below `base` where `nobody` can reach that. Below a home closed to others they lie in the
    temporary directory, under a name that comes from `base`, so that a second start finds its data again.
    """
    public = base if _can_be_reached(base) else _public_twin(base)
    public.mkdir(parents=True, exist_ok=True)
    if public.is_symlink() or public.stat().st_uid != os.geteuid():
        raise LocalError(f"{public} belongs to somebody else: PostgreSQL is not started from there. Remove it.")
    public.chmod(0o711)  # to be passed through, not listed
    copy = public / "postgres.programs"
    if not copy.exists():
        unfinished = public / "postgres.programs.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(programs, unfinished, symlinks=True)
        _let_everybody_read(unfinished)
        unfinished.rename(copy)
    return Identity(programs=copy, home=public / "postgres.home", run_as=pwd.getpwnam("nobody").pw_uid)


def _can_be_reached(base: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in base.resolve().parents if parent.exists())


def _public_twin(base: Path) -> Path:
    name = hashlib.sha256(str(base.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"iamdash-postgres-{name}"


def _let_everybody_read(tree: Path) -> None:
    """As `chmod -R a+rX`: a strict umask may have kept the installation to its owner."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
