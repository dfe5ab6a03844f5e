"""What the plan counts: per folder its files, lines, functions and largest file, and the circles of the whole."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import graph
import parts
import rules
import tree


@dataclass(frozen=True)
class Figures:
    """Of some files: numbers, the median length of their functions, how many are over the rule, the largest file."""
    files: int
    lines: int
    functions: int
    median: float
    over: int
    largest: tree.File


def figures(files):
    lengths = [lines for file in files for _, lines in file.functions]
    return Figures(len(files), sum(file.lines for file in files), len(lengths), median(lengths) if lengths else 0,
                   sum(length > rules.FUNCTION_LINES for length in lengths), max(files, key=lambda file: file.lines))


def grouped(files, name):
    """{name: Figures} of what `name` makes of paths, sorted."""
    groups = {}
    for file in files.values():
        groups.setdefault(name(file.path), []).append(file)
    return {group: figures(inside) for group, inside in sorted(groups.items())}


@dataclass(frozen=True)
class House:
    """The sources without their tests, their parts (parts.py), and what there is to say about them. `part` names the
    part of a path, `parts` has the Figures of each, `arrows` is {(from, to): includes} between them; `back` holds
    (folder, from, to) of siblings, `room_back` (from, to) of rooms."""
    files: dict
    part: Callable
    parts: dict
    arrows: dict
    floors: dict
    room_circles: list
    header_circles: list
    folder_circles: list
    back: list
    room_back: list


def survey(files):
    house = {path: file for path, file in files.items() if not tree.is_test(path)}
    headers = {path: file for path, file in house.items() if path.endswith(".hpp")}
    part = parts.naming(house)
    arrows, rooms = tree.arrows(house, part), tree.arrows(house, tree.room)
    named = grouped(house, part)
    return House(house, part, named, arrows, {**dict.fromkeys(named, 0), **graph.floors(arrows)}, graph.circles(rooms),
                 graph.circles(tree.arrows(headers, str)), [circle for _, circle in parts.circles(house)],
                 parts.running_back(house), graph.running_back(rooms))


def includers(files):
    """{path: how many files include it}."""
    return Counter(target for file in files.values() for target, _ in file.includes)


def row(name, f):
    share = 100 * f.over / max(f.functions, 1)
    largest = f.largest.path.rpartition("/")[2]
    return (f"{name:<28}{f.files:>7}{f.lines:>8}{f.functions:>11}{f.median:>8g}{share:>11.1f} "
            f"{largest} ({f.largest.lines})")


def numbers(files):
    """The table of numbers, as text: per folder, the tests by kind, the whole, the circles."""
    house = survey(files)
    tests = {path: file for path, file in files.items() if tree.is_test(path)}
    head = f"{'folder':<28}{'files':>7}{'lines':>8}{'functions':>11}{'median':>8}{'over 70 %':>11} largest file"
    yield head
    yield from (row(name, f) for name, f in grouped(house.files, tree.folder).items())
    yield row("all of these", figures(list(house.files.values())))
    yield ""
    kinds = grouped(tests, lambda path: "/".join(tree.folder(path).split("/")[:2]))
    yield from (row(name, f) for name, f in kinds.items())
    if tests:
        yield row("all tests", figures(list(tests.values())))
    yield ""
    for what, found in (("files (header and .cpp as one)", house.room_circles), ("headers", house.header_circles),
                        ("folders", house.folder_circles)):
        yield f"include circles of {what}: {len(found)}" + "".join(f"\n  {', '.join(circle)}" for circle in found)
    yield f"arrows between folders: {len(tree.arrows(house.files, tree.folder))}, of which run back: {len(house.back)}"
