"""The check of the tour passes a true walk, and finds each way in which a walk can be false.

    python3 tour_selftest.py
"""

import sys
import tempfile
from pathlib import Path

import tour

SOURCES = {
    "scenarios/main.cpp": '// Main.\nint main() {\n  return command_run();\n}\n',
    "scenarios/commands/run.cpp": "// Run.\nint command_run() {\n  return simulate(NetworkSpec{});\n}\n",
    "sim/network/network.hpp": "#pragma once\n// Network.\nstruct NetworkSpec {};\n",
    "sim/network/network.cpp": "// Network.\nint simulate(NetworkSpec spec) {\n  return Host::advance(spec);\n}\n",
}
GOOD = """# Tour

**1. `scenarios/main.cpp`** calls `command_run`.

**2. `scenarios/commands/run.cpp`**, `command_run`, hands a `NetworkSpec` (`network.hpp`) to `simulate`.

**3. `sim/network/network.cpp`**: `Host::advance(until)`, and the `ideal` end.

After the walk: `whatever_else`.
"""
# (words of the good page, what they become, words of the message)
BAD = [
    ("**2. ", "**4. ", "expected 2"),
    ("commands/run.cpp", "commands/walk.cpp", "is not there"),
    ("calls `command_run`", "calls `command_walk`", "command_walk is not in the files"),
    ("calls `command_run`", "calls the command", "does not find step 2"),
    ("`simulate`", "the engine", "does not find step 3"),
    ("a `NetworkSpec`", "a `NetworkSpecs`", "no type is called NetworkSpecs"),
    ("`network.hpp`", "`networks.hpp`", "no file, or several, called networks.hpp"),
    ("`Host::advance(until)`", "`Host::retreat(until)`", "Host::retreat(until) is not in the files"),
    ("**1. `", "1. `", "expected 1"),
]


def answer(root, page):
    (root / "docs/TOUR.md").write_text(page)
    return list(tour.check(root))


def main():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, content in {**SOURCES, "docs/TOUR.md": GOOD}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)
        if said := answer(root, GOOD):
            failures.append(f"a true walk is refused: {said}")
        for words, instead, expected in BAD:
            assert words in GOOD
            if not any(expected in line for line in answer(root, GOOD.replace(words, instead))):
                failures.append(f"'{words}' → '{instead}': expected '{expected}', got {answer(root, GOOD)}")
    print("\n".join(failures) or f"{len(BAD)} false walks found")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
