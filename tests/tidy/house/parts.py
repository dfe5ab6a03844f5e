"""Who lives side by side in the house, and in which order.

*Siblings* are what stands directly in one folder: its rooms, and its subfolders as wholes. No circle may close among
siblings, in any folder; so every folder is a house of its own. A folder with subfolders may have rooms below them (what
they share) and rooms above them (what puts them together): the plan draws these as parts of their own. `sim/network:
shared` is the lowest, `sim/network` the highest.
"""

import graph
import tree


def sibling(folder):
    """A function from paths to siblings in a folder; None for what stands outside it."""
    start = folder + "/" if folder else ""

    def name(path):
        if not path.startswith(start):
            return None
        head, _, rest = path[len(start):].partition("/")
        return start + (head if rest else tree.room(head))
    return name


def siblings(files, folder):
    """{(from, to): includes} among the siblings of a folder."""
    return tree.arrows(files, sibling(folder))


def holders(files):
    """Every folder that holds something, the top ("") and those without files of their own included."""
    found = {""}
    for path in files:
        folder = tree.folder(path)
        while folder:
            found.add(folder)
            folder = tree.folder(folder)
    return sorted(found)


def circles(files):
    """[(folder, circle)] of siblings of which at least one is a folder."""
    rooms = {tree.room(path) for path in files}
    return [(folder, circle) for folder in holders(files) for circle in graph.circles(siblings(files, folder))
            if not set(circle) <= rooms]


def running_back(files):
    """[(folder, from, to)] of arrows between siblings of which at least one is a folder."""
    rooms = {tree.room(path) for path in files}
    return [(folder, *arrow) for folder in holders(files) for arrow in graph.running_back(siblings(files, folder))
            if not set(arrow) <= rooms]


def reached(starts, targets):
    """All that one comes to along the arrows from these, them included."""
    seen, rest = set(starts), list(starts)
    while rest:
        new = set(targets.get(rest.pop(), ())) - seen
        seen |= new
        rest += sorted(new)
    return seen


def storeys(files, folder):
    """{room: storey} of the rooms of a folder: how many times a way down from it enters a subfolder. What no subfolder
    comes to stands at the top."""
    arrows = siblings(files, folder)
    rooms = {tree.room(path) for path in files if tree.folder(path) == folder}
    targets, storey = graph.targets_of(arrows), dict.fromkeys(rooms, 0)
    low = reached(set(targets) - rooms, targets)
    for part in graph.components(arrows):
        below = [storey[end] + (end not in rooms and node in rooms)
                 for node in part for end in targets[node] if end not in part]
        storey.update(dict.fromkeys(part, max(below, default=0)))
    top = max(storey[room] for room in rooms)
    return {room: storey[room] if room in low else top for room in rooms}


def naming(files):
    """A function from paths to parts."""
    names = {}
    for folder in sorted({tree.folder(path) for path in files}):
        levels = storeys(files, folder)
        used = sorted(set(levels.values()))
        for room, level in levels.items():
            if level != used[-1]:
                names[room] = f"{folder}: shared" if level == used[0] else f"{folder}: level {used.index(level)}"

    def part(path):
        return names.get(tree.room(path), tree.folder(path))
    return part
