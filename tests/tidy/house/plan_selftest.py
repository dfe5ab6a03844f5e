"""The plan is right about small trees whose floors and circles one sees at a glance, and its check fails when it must.

    python3 plan_selftest.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import figures
import graph
import layout
import parts
import plan_page
import plan_svg
import tree
import treemap

HERE = Path(__file__).parent
GOOD = {
    "docs/ARCHITECTURE.md": "# Architecture\n\n## Folders and arrows\n\nText.\n\n## The engine\n",
    "sim/core/time.hpp": "#pragma once\n// Time.\n",
    "sim/core/time.cpp": '#include "sim/core/time.hpp"\nint now() {\n  return 0;\n}\n',
    "sim/net/frame.hpp": '#pragma once\n// Frames.\n#include "sim/core/time.hpp"\n',
    "sim/net/switch/switch.hpp": '#pragma once\n// Switches.\n#include "sim/net/frame.hpp"\n',
    "sim/net/network.cpp": '// All.\n#include "sim/net/switch/switch.hpp"\n#include "sim/net/frame.hpp"\n',
    "tests/unit/sim/net/network.cpp": '// Tests.\n#include "sim/net/frame.hpp"\n',
}
# (file, its content, words of the message): each closes one circle in GOOD.
BAD = [
    ("sim/core/time.cpp", '#include "sim/core/time.hpp"\n#include "sim/net/frame.hpp"\n', "sim/core, sim/net"),
    ("sim/net/frame.hpp", '#pragma once\n// F.\n#include "sim/net/switch/switch.hpp"\n', "sim/net/switch/switch.hpp:3"),
    ("sim/core/time.hpp", '#pragma once\n// T.\n#include "sim/core/span.hpp"\n', "sim/core/span, sim/core/time"),
]


def answer(root, *options):
    command = [sys.executable, "-B", str(HERE / "plan.py"), str(root), *options]
    run = subprocess.run(command, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def write(root, path, content):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content)


def trees(root):
    """What the program says about whole trees, as (what should be, whether it is)."""
    for path, content in GOOD.items():
        write(root, path, content)
    house = figures.survey(tree.read(root))
    yield "parts stand on their floors", house.floors == {
        "sim/core": 0, "sim/net: shared": 1, "sim/net/switch": 2, "sim/net": 3}
    yield "arrows count includes", house.arrows["sim/net", "sim/net: shared"] == 1
    yield "a picture without plan is stale", answer(root, "--check")[0] == 1
    yield "what is written is fresh", answer(root, "--write")[0] == 0 and answer(root, "--check")[0] == 0
    page = (root / "docs/ARCHITECTURE.md").read_text()
    places = [page.index(words) for words in ("## Folders", plan_page.BEGIN, plan_page.END, "## The engine")]
    yield "the section stands in its chapter", places == sorted(places)
    yield "writing twice changes nothing", answer(root, "--write")[0] == 0 and page == (
        root / "docs/ARCHITECTURE.md").read_text()
    write(root, "sim/core/time.cpp", GOOD["sim/core/time.cpp"] + "\n" * 9)
    yield "nine lines ask for no new plan", answer(root, "--check")[0] == 0
    write(root, "sim/core/time.cpp", GOOD["sim/core/time.cpp"] + "\n" * 50)
    yield "fifty lines make it stale", "stale" in answer(root, "--check")[1]
    write(root, "sim/core/time.cpp", GOOD["sim/core/time.cpp"])
    write(root, "sim/core/span.hpp", '#pragma once\n// Spans.\n#include "sim/core/time.hpp"\n')
    yield "a new file makes it stale", "docs/PLAN.md is stale" in answer(root, "--check")[1]
    yield "numbers are printed", "sim/net/switch" in answer(root, "--numbers")[1]
    for path, content, words in BAD:
        write(root, path, content)
        code, said = answer(root)
        yield f"the circle by {path} is found: {said}", code == 1 and words in said and "circle" in said
        write(root, path, GOOD[path])
    yield "no circle is left", answer(root)[0] == 0


def shapes():
    """Laws of graphs and drawings."""
    chain, ring = {("a", "b"): 1, ("b", "c"): 1, ("a", "c"): 1}, {("a", "b"): 5, ("b", "c"): 5, ("c", "a"): 1}
    yield "a chain has no circle", graph.circles(chain) == []
    yield "a chain has floors by its longest way", graph.floors(chain) == {"c": 0, "b": 1, "a": 2}
    yield "a ring is a circle; its lightest arrow runs back", graph.circles(ring) == [
        ["a", "b", "c"]] and graph.running_back(ring) == [("c", "a")]
    cut = treemap.tiles([("x", 6), ("y", 3), ("z", 1)], 0, 0, 20, 10)
    yield "tiles have their areas", all(abs(w * h - 20 * n) < 1e-6 for (_, _, _, w, h), n in zip(cut, (6, 3, 1)))
    yield "tiles stay inside", all(0 <= x and x + w <= 20.001 and 0 <= y and y + h <= 10.001 for _, x, y, w, h in cut)
    floors = {"top": 2, "left": 1, "right": 1, "base": 0}
    arrows = {("top", "left"): 1, ("top", "right"): 2, ("top", "base"): 3, ("left", "base"): 4, ("right", "base"): 5}
    x, links, span = layout.placed(arrows, floors, lambda node: 30, 60)
    row = sorted(x[node] for node in x if node[1] == 1)
    yield "a picture grows to what it holds", span == 90 and len(row) == 3
    yield "boxes and lanes of a floor keep apart", all(b - a > 29.99 for a, b in zip(row, row[1:]))
    yield "a trunk carries the includes of all that join it", links[("base", 1), ("base", 0)] == 3
    files = {"a/b/x.hpp": tree.File("a/b/x.hpp", 1, (("a/y.hpp", 1),), ()), "a/y.hpp": tree.File("a/y.hpp", 1, (), ())}
    yield "siblings are rooms and whole folders", parts.siblings(files, "a") == {("a/b", "a/y"): 1}
    yield "the picture is drawn", plan_svg.drawn(figures.survey(files)).startswith("<svg")


def main():
    with tempfile.TemporaryDirectory() as folder:
        told = [*shapes(), *trees(Path(folder).resolve())]
    failures = [f"not so: {law}" for law, holds in told if not holds]
    print("\n".join(failures) or f"{len(told)} laws of the plan hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
