"""The plan of the house, drawn from its sources: folders on floors, the include arrows between them, circles.

    python3 plan.py ROOT            print it
    python3 plan.py ROOT --write    refresh docs/plan.svg, docs/PLAN.md and the section of docs/ARCHITECTURE.md
    python3 plan.py ROOT --check    fail when these are stale, when a circle closes, or when an arrow runs back
    python3 plan.py ROOT --numbers  lines, functions, largest files and circles as a table

A folder stands one floor above the highest of those it includes; so an arrow can run back only inside a circle. A
folder with subfolders may stand on several floors, below and above these (parts.py).
Stale means other words, or a number that is off by more than a tenth: a few lines more or less ask for no new plan.
"""

import re
import sys
from pathlib import Path

import figures
import parts
import plan_page
import plan_svg
import tree

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def places(house, name, start, end):
    """Where the includes of an arrow stand, between what `name` makes of paths."""
    return ", ".join(f"{file.path}:{line}" for file in house.files.values() for target, line in file.includes
                     if name(file.path) == start and name(target) == end)


def broken(house):
    """Circles and arrows that run back, each with its places and a way out."""
    for what, found in (("files", house.room_circles), ("headers", house.header_circles),
                        ("folders", house.folder_circles)):
        for circle in found:
            yield f"a circle of {what}: {', '.join(circle)}. Turn the arrows in it that run back"
    back = [(tree.room, start, end) for start, end in house.room_back]
    back += [(parts.sibling(folder), start, end) for folder, start, end in house.back]
    for name, start, end in back:
        yield (f"{places(house, name, start, end)}: {start} includes {end}, which includes it in turn (a circle). "
               "Move what is included down into a file of its own, or what includes it up")


def pages(root, house):
    """{file: what it should hold}."""
    architecture = root / "docs/ARCHITECTURE.md"
    return {architecture: plan_page.inserted(architecture.read_text(), plan_page.section(house)),
            root / "docs/PLAN.md": plan_page.page(house),
            root / "docs/plan.svg": plan_svg.drawn(house)}


def words(path, content):
    """What is compared of a page: of the picture its labels, in any order, for they move with every line."""
    if path.suffix == ".svg":
        content = "\n".join(sorted(re.findall(r"<title>([^<]*)</title>", content)))
    elif plan_page.BEGIN in content:
        content = plan_page.cut(content)
    return content


def same(old, new):
    """Whether two texts have the same words, and numbers within a tenth (or 10)."""
    if re.sub(" +", " ", NUMBER.sub("#", old)) != re.sub(" +", " ", NUMBER.sub("#", new)):
        return False
    pairs = zip(map(float, NUMBER.findall(old)), map(float, NUMBER.findall(new)))
    return all(abs(a - b) <= max(10, 0.1 * max(a, b)) for a, b in pairs)


def stale(root, house):
    for path, wanted in pages(root, house).items():
        there = path.read_text() if path.exists() else ""
        if not same(words(path, there), words(path, wanted)):
            yield f"{path.relative_to(root)} is stale: run python3 tests/tidy/house/plan.py . --write"


def main():
    root = Path(sys.argv[1]).resolve()
    options = sys.argv[2:]
    files = tree.read(root)
    if "--numbers" in options:
        print("\n".join(figures.numbers(files)))
        return 0
    house = figures.survey(files)
    if "--write" in options:
        for path, content in pages(root, house).items():
            path.write_text(content)
    problems = list(broken(house)) + (list(stale(root, house)) if "--check" in options else [])
    if not options:
        print(plan_page.section(house))
    print("\n".join(problems) or f"{len(house.parts)} parts on {max(house.floors.values()) + 1} floors, "
          f"{len(house.arrows)} arrows, none runs back")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
