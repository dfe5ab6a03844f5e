"""The source tree as text: its files with lines, functions and includes; rooms (a header with the .cpp of the same
name); folders. Leaves out: Python, generated sources, the headers of libraries.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import text

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def skipped(relative):
    """Build folders at the top and whatever is hidden hold no sources of ours."""
    return relative.parts[0].startswith("build") or any(p.startswith(".") or p == "__pycache__" for p in relative.parts)


def paths(root, suffixes):
    """Every file with one of these suffixes as (path relative to the root, the file), sorted."""
    found = (path for path in Path(root).rglob("*") if path.suffix in suffixes)
    named = ((path.relative_to(root), path) for path in found)
    return sorted((relative.as_posix(), path) for relative, path in named if not skipped(relative))


@dataclass(frozen=True)
class File:
    """One .hpp or .cpp: includes as (target, line), functions as (name, lines)."""
    path: str
    lines: int
    includes: tuple
    functions: tuple


def folder(path):
    return path.rpartition("/")[0]


def room(path):
    """`sim/core/error.hpp` and `sim/core/error.cpp` are one room, `sim/core/error`."""
    return path.rpartition(".")[0]


def is_test(path):
    return path.startswith("tests/")


def read_file(path, content):
    code = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), content)
    includes = tuple((match[1], code.count("\n", 0, match.start()) + 1) for match in INCLUDE.finditer(code))
    return File(path, len(content.splitlines()), includes, tuple(text.functions(content)))


def read(root):
    """{path: File} of every .hpp and .cpp; includes only of files that are there."""
    files = {path: read_file(path, where.read_text(encoding="utf-8")) for path, where in paths(root, {".hpp", ".cpp"})}
    return {path: File(path, file.lines, tuple(include for include in file.includes if include[0] in files),
                       file.functions) for path, file in files.items()}


def arrows(files, name):
    """{(from, to): number of includes} between what `name` makes of paths; none from a thing to itself, nor with what
    has no name."""
    found = Counter((name(file.path), name(target)) for file in files.values() for target, _ in file.includes)
    return dict(sorted((arrow, count) for arrow, count in found.items() if None not in arrow and arrow[0] != arrow[1]))
