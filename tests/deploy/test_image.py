"""The container image, without Docker: the wheel of its allowed files, in an environment of its lock alone, starts."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.deploy import dockerfile
from tests.deploy.dockerfile import ROOT
from tests.deploy.dockerignore import allowed, every_file
from tests.deploy.pins import pins

TIMEOUT = 90
CLEAN = {
    name: value for name, value in os.environ.items() if not name.startswith(("ROTATOR_", "PYTHON", "VIRTUAL_ENV"))
}
IGNORE = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8")
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]


@pytest.fixture(scope="module")
def context(tmp_path_factory) -> Path:
    """The allowed files of this checkout, and nothing else."""
    folder: Path = tmp_path_factory.mktemp("context")
    for file in allowed(IGNORE, every_file(ROOT)):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, folder / file)
    return folder


@pytest.fixture(scope="module")
def wheel(context, tmp_path_factory) -> Path:
    """The wheel, built from the allowed files by the Dockerfile's own call of pip."""
    (call,) = [call for call in dockerfile.commands_of_pip() if call[0] == "wheel"]
    folder: Path = tmp_path_factory.mktemp("wheels")
    run([sys.executable, "-m", "pip", *(str(folder) if word == "/wheels" else word for word in call)], context)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """An environment that holds the wheel, and of all other packages those of runtime.lock alone."""
    folder: Path = tmp_path_factory.mktemp("rotator")
    venv.create(folder, symlinks=True)
    call = ["--no-index", "--no-deps", "--quiet", str(wheel)]
    run([sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", *call], folder)
    (site,) = (folder / "lib").glob("python*/site-packages")
    for requirement in pinned("runtime"):
        lend(requirement, site)
    return folder


def pinned(lock: str) -> list[Requirement]:
    """What a lock pins for this machine."""
    return [each for each in pins(lock) if each.marker is None or each.marker.evaluate()]


def lend(requirement: Requirement, site: Path) -> None:
    """Put links to an installed package's files where the environment looks for them."""
    package = distribution(requirement.name)
    assert package.version in requirement.specifier, f"{requirement} is not what is installed: make .venv/.dev"
    for file in package.files or ():
        source = Path(str(package.locate_file(file)))
        # programs lie beside Python; of what is imported, the top is linked
        top = len(file.parts) if file.parts[0] == ".." else 1
        link, source = site / Path(*file.parts[:top]), Path(*source.parts[: len(source.parts) - len(file.parts) + top])
        if "__pycache__" not in file.parts and not os.path.lexists(link):
            link.resolve().parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(source.resolve())


def run(command: list[str], folder: Path) -> str:
    """What a command prints, which must end well."""
    ended = subprocess.run(command, cwd=folder, env=CLEAN, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_ignore_file_lets_through_what_is_built(context) -> None:
    """Each package and module of the wheel, every file of it, reaches the build, and so do both locks to choose."""
    arrived = set(every_file(context))
    missing = [
        file
        for file in every_file(ROOT)
        if file.split("/")[0] in WHEEL["only-include"] and "__pycache__" not in file and file not in arrived
    ]
    assert missing == []
    assert {"requirements/build.lock", "requirements/runtime.lock", "requirements/postgres.lock"} <= arrived
    assert {file.split("/")[0] for file in arrived} == {
        *WHEEL["only-include"],
        "requirements",
        "pyproject.toml",
        "README.md",
        "LICENSE",
    }


def test_patterns_are_read_as_docker_reads_them() -> None:
    """The last pattern that holds decides, a folder's pattern holds for all below it, and `*` ends at a slash."""
    files = ["a/b/c.py", "a/__pycache__/c.pyc", "a/x.lock", "b/x.lock", "top", "deep/er/__pycache__/d"]
    assert allowed("*\n!a/\n**/__pycache__", files) == ["a/b/c.py", "a/x.lock"]
    assert allowed("*\n!a/*.lock", files) == ["a/x.lock"]
    assert allowed("# note\na/b\n/top", files) == [*files[1:4], files[5]]
    assert allowed("**/*.lock\n!b", files) == ["a/b/c.py", "a/__pycache__/c.pyc", "b/x.lock", "top", files[5]]
    assert allowed("", files) == files


def test_the_wheel_holds_every_file(wheel, context) -> None:
    """Templates and data are in the wheel like modules are, and nothing that is compiled."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == {file for file in every_file(context) if file.split("/")[0] in WHEEL["only-include"]}


def test_the_environment_holds_nothing_of_the_checkout(installed) -> None:
    """What is imported is the wheel's, and what only tests need cannot be imported."""
    code = "import cli, worker, importlib.util as u; print(cli.__file__, worker.__file__, u.find_spec('pytest'))"
    cli, module, none = run([str(installed / "bin" / "python"), "-c", code], installed).split()
    assert Path(cli).is_relative_to(installed)
    assert Path(module).is_relative_to(installed)
    assert none == "None"
    with pytest.raises(PackageNotFoundError):
        lend(Requirement("no-such-package"), installed)


@pytest.fixture
def started(installed, tmp_path) -> Iterator[subprocess.Popen[str]]:
    """The container's command, on a folder and ports of its own, from a folder that holds nothing of ours."""
    program, *arguments = dockerfile.command()
    words = [str(tmp_path / "var") if word == dockerfile.FOLDER else word for word in arguments]
    ports = ["--port", "0", "--temporal-port", "0", "--ui-port", "0", "--json"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(installed / "bin" / program), *words, *ports],
            cwd=tmp_path,
            env={**CLEAN, "PATH": f"{installed / 'bin'}:{os.defpath}"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(TIMEOUT)
        assert process.stdout is not None
        process.stdout.close()


def test_what_the_container_runs_comes_up_and_stops(started, tmp_path) -> None:
    """The image's command gets ready with all its parts, and ends with 0 after the image's stop signal."""
    assert started.stdout is not None
    line = started.stdout.readline()
    assert line, (tmp_path / "log").read_text("utf-8")
    assert set(json.loads(line)["pids"]) == {"temporal", "worker", "api"}
    assert dockerfile.arguments("STOPSIGNAL") == ["SIGTERM"]
    started.terminate()
    assert started.wait(TIMEOUT) == 0


def test_who_runs_it_is_no_root_and_owns_the_folder() -> None:
    """The user is given by number, the folder and the volume are that user's, and locks are named that exist."""
    (made,) = [run for run in dockerfile.arguments("RUN") if "useradd" in run]
    user, _, group = dockerfile.arguments("USER")[-1].partition(":")
    assert user == group != "0"
    assert f"--uid {user} " in made
    assert f"--owner {user} --group {group} --mode 0700 {dockerfile.FOLDER}" in made
    assert dockerfile.arguments("VOLUME") == [dockerfile.FOLDER]
    assert dockerfile.arguments("WORKDIR")[-1] == dockerfile.FOLDER


def test_both_stages_are_of_the_base_that_was_asked_for() -> None:
    """A digest that is given to the build holds for the stage that is shipped, and for the one that makes it."""
    bases = [words.split()[0] for words in dockerfile.arguments("FROM")]
    assert bases == ["python:${PYTHON}-slim${DIGEST}"] * 2
    assert dockerfile.arguments("ARG")[:2] == ["PYTHON=3.13", "DIGEST="]


def unit() -> dict[str, str]:
    """The settings of systemd's unit; of those that are there more than once, the last."""
    lines = (ROOT / "deploy" / "rotator.service").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Za-z]+=", line))


def test_the_unit_is_bounded_and_leaves_no_core_file() -> None:
    """A fault of the service cannot take the machine's memory, and no core file holds its keys."""
    assert {name: unit()[name] for name in ("MemoryMax", "TasksMax", "LimitCORE")} == {
        "MemoryMax": "4G",
        "TasksMax": "1024",
        "LimitCORE": "0",
    }


def test_the_unit_runs_what_the_image_runs() -> None:
    """The unit of systemd starts the same command, on the folder that it may write to."""
    settings = unit()
    assert settings["ExecStart"].split() == ["/opt/rotator/bin/rotator", *dockerfile.command()[1:]]
    assert f"/var/lib/{settings['StateDirectory']}" == settings["WorkingDirectory"] == dockerfile.FOLDER
