"""The plan of the house as pages: the section of docs/ARCHITECTURE.md (folders) and docs/PLAN.md (files)."""

from collections import Counter

import figures
import tree

BEGIN = "<!-- plan: made by tests/tidy/house/plan.py -->"
END = "<!-- end of plan -->"
AFTER = "## Folders and arrows"


def counted(targets, own=""):
    """`sim/core` 4, `sim/engine` 1: what is included, by folder, most first."""
    ordered = sorted(targets.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name or own} {count}" for name, count in ordered)


def findings(house):
    """One sentence on circles and arrows that run back."""
    circles = [f"{len(found)} circles of {what}" for what, found in
               (("files", house.room_circles), ("headers", house.header_circles), ("folders", house.folder_circles))
               if found]
    if circles:
        return f"Not yet as it should be: {', '.join(circles)} (`plan.py .` names them and the arrows that run back)."
    return "No arrow runs back; no circle closes, neither of folders nor of files."


def folder_row(house, name):
    f = house.parts[name]
    below = {end: count for (start, end), count in house.arrows.items() if start == name}
    stem = f.largest.path.rpartition("/")[2]
    return (f"| {house.floors[name]} | `{name}` | {f.files} | {f.lines} | {f.functions} | {f.median:g} | "
            f"`{stem}` {f.largest.lines} | {counted(below) or '–'} |")


def section(house):
    """The section of docs/ARCHITECTURE.md, markers included."""
    total = figures.figures(list(house.files.values()))
    top = max(house.floors.values())
    ordered = sorted(house.parts, key=lambda name: (-house.floors[name], name))
    return "\n".join([
        BEGIN,
        "### The plan",
        "",
        "![Folders as boxes on floors, one colour per part of the house; arrows fall from who includes to what is "
        "included](plan.svg)",
        "",
        f"{len(house.parts)} parts on {top + 1} floors: {total.files} files, {total.lines} lines, {total.functions} "
        f"functions with a median of {total.median:g} lines, {total.over} over 70. {findings(house)}",
        "A folder stands one floor above the highest of those it includes; one with subfolders may have a part below "
        "them, which they share, and one above, which puts them together. Every file, with what it includes and who "
        "includes it: [PLAN.md](PLAN.md).",
        "",
        "| floor | folder | files | lines | functions | median | largest file | includes (how often) |",
        "|---|---|---|---|---|---|---|---|",
        *(folder_row(house, name) for name in ordered),
        "",
        "`python3 tests/tidy/house/plan.py . --write` makes this section, the picture and PLAN.md; a test keeps them "
        "true.",
        END])


def cut(content):
    """The section between the markers, them included."""
    begin, end = content.index(BEGIN), content.index(END) + len(END)
    return content[begin:end]


def inserted(content, made):
    """A page with the section renewed, or placed behind the chapter on folders."""
    if BEGIN in content:
        return content.replace(cut(content), made)
    start = content.index(AFTER)
    next_chapter = content.find("\n## ", start)
    place = len(content) if next_chapter < 0 else next_chapter + 1
    return content[:place] + made + "\n\n" + content[place:]


def room_line(house, counts, name, width):
    """One line on a room: its name, lines of header + .cpp, includers, includes by folder."""
    header, source = house.files.get(name + ".hpp"), house.files.get(name + ".cpp")
    lines = "+".join(str(file.lines) for file in (header, source) if file)
    inside = house.part(name + ".hpp")
    targets = Counter(house.part(target) for file in (header, source) if file for target, _ in file.includes
                      if tree.room(target) != name)
    own = targets.pop(inside, 0)
    below = counted({**({"here": own} if own else {}), **targets})
    users = sum(counts[name + suffix] for suffix in (".hpp", ".cpp")) - (bool(header) and bool(source))
    label = name.rpartition("/")[2] + ("" if header else ".cpp")
    return f"{label:<{width}}  {lines:>7}  {users or '':>3}  {below}".rstrip()


def page(house):
    """docs/PLAN.md."""
    counts = figures.includers(house.files)
    out = ["# Plan: every file", "",
           "Made by `python3 tests/tidy/house/plan.py . --write`; the folders are in "
           "[ARCHITECTURE.md](ARCHITECTURE.md#the-plan). One line per room, which is a header with the .cpp of its "
           "name: its lines (header+source), how many other files include it, what it includes by folder (`here` is "
           "its own)."]
    for part in sorted(house.parts, key=lambda name: (-house.floors[name], name)):
        rooms = sorted({tree.room(path) for path in house.files if house.part(path) == part})
        labels = [name.rpartition("/")[2] + ("" if name + ".hpp" in house.files else ".cpp") for name in rooms]
        out += ["", f"## {part}", "", "```text"]
        out += [room_line(house, counts, name, max(map(len, labels))) for name in rooms] + ["```"]
    return "\n".join(out) + "\n"
