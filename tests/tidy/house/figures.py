"""What the plan counts: per folder its files, lines, functions and largest file, and the circles of the whole."""

from collections import Counter
from dataclasses import dataclass
from statistics import median

import graph
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


def by_folder(files):
    """{folder: Figures}, sorted by name."""
    folders = {}
    for file in files.values():
        folders.setdefault(tree.folder(file.path), []).append(file)
    return {name: figures(inside) for name, inside in sorted(folders.items())}


@dataclass(frozen=True)
class House:
    """The sources without their tests, and what there is to say about them. Arrows are {(from, to): includes}."""
    files: dict
    folders: dict
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
    arrows = tree.arrows(house, tree.folder)
    folders = by_folder(house)
    floors = {**dict.fromkeys(folders, 0), **graph.floors(arrows)}
    rooms = tree.arrows(house, tree.room)
    return House(house, folders, arrows, floors, graph.circles(rooms), graph.circles(tree.arrows(headers, str)),
                 graph.circles(arrows), graph.running_back(arrows), graph.running_back(rooms))


def includers(files):
    """{path: how many files include it}."""
    return Counter(target for file in files.values() for target, _ in file.includes)


def row(name, f):
    return (f"{name:<28}{f.files:>7}{f.lines:>8}{f.functions:>11}{f.median:>8g}{100 * f.over / max(f.functions, 1):>9.1f}"
            f"   {f.largest.path.rpartition('/')[2]} ({f.largest.lines})")


def numbers(files):
    """The table of numbers, as text: per folder, the tests by kind, the whole, the circles."""
    house = survey(files)
    tests = {}
    for path, file in files.items():
        if tree.is_test(path):
            tests.setdefault("/".join(tree.folder(path).split("/")[:2]), []).append(file)
    head = f"{'folder':<28}{'files':>7}{'lines':>8}{'functions':>11}{'median':>8}{'over 70 %':>11} largest file"
    yield head
    yield from (row(name, f) for name, f in house.folders.items())
    yield row("all of these", figures(list(house.files.values())))
    yield ""
    yield from (row(name, figures(inside)) for name, inside in sorted(tests.items()))
    if tests:
        yield row("all tests", figures([file for inside in tests.values() for file in inside]))
    yield ""
    for what, found in (("files (header and .cpp as one)", house.room_circles), ("headers", house.header_circles),
                        ("folders", house.folder_circles)):
        yield f"include circles of {what}: {len(found)}" + "".join(f"\n  {', '.join(circle)}" for circle in found)
    yield f"arrows between folders: {len(house.arrows)}, of which run back: {len(house.back)}"
