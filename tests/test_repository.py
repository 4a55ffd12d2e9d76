"""The checkout itself: what starts iamdash agrees with itself, and no file names a place that others do not have."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from iamdash.inventory.reader_role import POLICY, TERRAFORM
from iamdash.local import programs

ROOT = Path(__file__).resolve().parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
ON_EVERY_INTERFACE = "--bind=0.0.0.0:8000"
COMMANDS = {
    "migrate": ("python", *programs.MIGRATE),
    "load-config": ("python", *programs.LOAD_CONFIG, "/etc/iamdash.toml"),
    "web": (*programs.WEB, ON_EVERY_INTERFACE),
    "worker": programs.WORKER,
    "worker-now": programs.WORKER_NOW,
    "beat": programs.BEAT,
}
ONCE = {"migrate", "load-config"}
# Written so that this file does not name them either.
REGISTRY_HOSTS = re.compile(r"pypi[.]org|python[h]osted|registry[.]npmjs|deb[.]debian")
PATHS_OF_A_MACHINE = re.compile(r"(^|[^\w./])/(wor[k]|far[m]|User[s]|hom[e])/")


def tracked_files() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as problem:
        pytest.skip(f"git cannot say which files belong to this checkout: {problem}")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked_files()
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if pattern.search(line)
    ]


def test_compose_starts_the_processes_that_the_launcher_starts() -> None:
    commands = {name: tuple(service["command"]) for name, service in SERVICES.items() if name in COMMANDS}

    assert commands == COMMANDS
    assert set(SERVICES) == {*COMMANDS, "postgres", "redis"}


def test_every_compose_service_that_stays_has_a_health_check() -> None:
    without = {name for name, service in SERVICES.items() if "healthcheck" not in service}

    assert without == ONCE


def test_compose_waits_for_what_is_ready_and_not_for_what_has_merely_started() -> None:
    waits = [
        (SERVICES[awaited], wait["condition"])
        for service in SERVICES.values()
        for awaited, wait in service.get("depends_on", {}).items()
    ]

    assert waits
    for awaited, condition in waits:
        expected = "service_healthy" if "healthcheck" in awaited else "service_completed_successfully"
        assert condition == expected


def test_compose_gives_every_process_what_the_settings_require() -> None:
    for name in COMMANDS:
        assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"} <= set(SERVICES[name]["environment"]), name


def test_the_image_starts_the_web_process_as_an_ordinary_user_without_build_tools() -> None:
    stages = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]
    final = stages[-1]
    command = json.loads(re.findall(r"^CMD (.+)$", final, flags=re.MULTILINE)[0])

    assert len(stages) > 1
    assert tuple(command) == COMMANDS["web"]
    assert re.search(r"^USER [1-9]\d*$", final, flags=re.MULTILINE)
    assert "pip uninstall" in final
    assert not re.search(r"\b(apt|apt-get|apk|gcc|pip install)\b", final)


def test_the_image_leaves_out_the_demo_the_launcher_and_the_tests() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    assert "*" in ignored
    assert {"iamdash/demo/", "iamdash/local/"} <= set(ignored)
    assert "!tests/" not in ignored


def test_the_image_holds_the_policy_and_the_terraform_that_pages_give_to_copy() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

    for path in (POLICY, TERRAFORM):
        assert any(str(path.relative_to(ROOT)).startswith(start) for start in kept)


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt", "uv.txt"])
def test_locked_requirements_are_names_versions_and_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    pinned = re.compile(r"^[a-z0-9._\[\]-]+==\S+( ;.+)? \\$|^    --hash=sha256:[0-9a-f]{64}( \\)?$")

    assert [line for line in lines if not pinned.match(line)] == []


def test_development_has_what_runs_in_production() -> None:
    pins = {
        name: set(re.findall(r"^(\S+==\S+)", (ROOT / "requirements" / name).read_text(), flags=re.MULTILINE))
        for name in ("runtime.txt", "dev.txt")
    }

    assert pins["runtime.txt"] <= pins["dev.txt"]


def test_locked_browser_packages_have_hashes_and_no_addresses() -> None:
    lock = json.loads((ROOT / "tests" / "browser" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_no_file_names_a_package_registry() -> None:
    assert lines_with(REGISTRY_HOSTS) == []


def test_no_file_names_a_directory_of_somebodys_machine() -> None:
    assert lines_with(PATHS_OF_A_MACHINE) == []


def test_make_alone_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)[0].split()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    listed = subprocess.run(["make"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    assert [line.split()[1] for line in listed.splitlines()] == targets


def test_ci_runs_what_make_test_runs() -> None:
    script = ROOT / ".ci" / "run"

    assert script.read_text().rstrip().endswith("exec make test")
    assert os.access(script, os.X_OK)


def test_every_variable_that_the_settings_read_is_explained() -> None:
    settings = (ROOT / "iamdash" / "settings.py").read_text() + (ROOT / "iamdash" / "celery.py").read_text()
    read = set(re.findall(r'environ(?:ment)?\.\w+\(\s*"([A-Z_]+)"', settings)) - {"DJANGO_SETTINGS_MODULE"}
    rows = re.findall(r"^\| (`[A-Z].+?) \|", (ROOT / "docs" / "operations.md").read_text(), flags=re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}

    assert "SECRET_KEY" in read
    assert read == explained
