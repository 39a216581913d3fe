"""What the architecture tests share: where the project is, which packages it has, and which files belong to it."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def python_bestanden(*mappen: str) -> Iterator[Path]:
    """Every Python file below these folders; refuses to pass on a folder that is not there."""
    for map_ in mappen:
        bestanden = sorted((ROOT / map_).rglob("*.py"))
        assert bestanden, f"geen Python-bestanden in {map_}"
        yield from bestanden


def ontleed(bestand: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(bestand.read_text(), filename=str(bestand))


def vindplaats(bestand: Path, knoop: ast.expr | ast.stmt) -> str:
    """`folder/file.py:line`, to click on."""
    return f"{bestand.relative_to(ROOT)}:{knoop.lineno}"


def projectbestanden() -> list[Path]:
    """Every file that is, or would be, in git."""
    gevonden = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / naam for naam in sorted(set(gevonden.split("\0"))) if naam and (ROOT / naam).is_file()]
