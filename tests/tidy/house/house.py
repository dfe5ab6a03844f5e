"""The house rules: include arrows, libraries in their places, lengths, banned constructs, opening comments.
Prints every break with its place and what to do instead.

    python3 house.py ROOT               check
    python3 house.py ROOT --tighten     check, after lowering exceptions to what is needed and dropping the others
    python3 house.py ROOT --record      accept what is there now as exceptions (to be read before it is committed)

Lengths are a ratchet: `exceptions.txt` beside this file names what is longer than the rule and by how much. An entry
that is larger than needed fails too, so that lengths only fall.
Leaves out: meaning. It reads text, not C++; strings and comments are blanked first.
"""

import ast
import sys
from pathlib import Path

import rules
import text

SUFFIXES = {".hpp", ".cpp", ".py"}
SKIPPED = ("build", ".", "__pycache__")


def sources(root):
    """Every source file as (path relative to the root, its text), sorted."""
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.suffix in SUFFIXES and not any(part.startswith(SKIPPED) for part in relative.parts):
            yield relative.as_posix(), path.read_text(encoding="utf-8")


def long_functions(path, content):
    """(name, lines) of every function above the limit."""
    if path.endswith(".py"):
        found = [(node.name, node.end_lineno - node.lineno + 1) for node in ast.walk(ast.parse(content))
                 if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    else:
        found = text.functions(content)
    return [(name, lines) for name, lines in found if lines > rules.FUNCTION_LINES]


def lengths(path, content):
    """{(rule, subject): size} of everything longer than its rule."""
    over = {}
    lines = content.splitlines()
    if len(lines) > rules.FILE_LINES:
        over["file", path] = len(lines)
    wide = sum(len(line) > rules.LINE_COLUMNS for line in lines)
    if wide:
        over["lines", path] = wide
    for name, size in long_functions(path, content):
        key = "function", f"{path}:{name}".replace(" ", "")
        over[key] = max(size, over.get(key, 0))
    return over


MEANING = {"file": f"lines in a file (at most {rules.FILE_LINES}): split it into ideas",
           "lines": f"lines wider than {rules.LINE_COLUMNS} columns: wrap them",
           "function": f"lines in a function (at most {rules.FUNCTION_LINES}): name its parts"}


def read_exceptions(path):
    allowed = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        if line and not line.startswith("#"):
            rule, subject, size = line.split(" ")
            allowed[rule, subject] = int(size)
    return allowed


def write_exceptions(path, allowed):
    head = ("# What is longer than the house rules allow: rule, subject, size. Sizes only fall (house.py --tighten).\n")
    body = "".join(f"{rule} {subject} {size}\n" for (rule, subject), size in sorted(allowed.items()))
    path.write_text(head + body)


def check_lengths(over, allowed):
    for (rule, subject), size in sorted(over.items()):
        limit = allowed.get((rule, subject), 0)
        if size > limit:
            yield f"{subject}: {size} {MEANING[rule]}" + (f" (its exception allows {limit})" if limit else "")
    for (rule, subject), limit in sorted(allowed.items()):
        if over.get((rule, subject), 0) < limit:
            yield (f"exceptions.txt: {rule} {subject} {limit} is more than needed "
                   f"({over.get((rule, subject), 0)}): run house.py --tighten")


def main():
    root = Path(sys.argv[1]).resolve()
    files = list(sources(root))
    over = {}
    problems = []
    for path, content in files:
        over.update(lengths(path, content))
        problems += rules.check(path, content, root)
    store = Path(__file__).parent / "exceptions.txt"
    if "--exceptions" in sys.argv:
        store = Path(sys.argv[sys.argv.index("--exceptions") + 1])
    allowed = read_exceptions(store)
    if "--record" in sys.argv:
        write_exceptions(store, over)
        allowed = over
    if "--tighten" in sys.argv:
        allowed = {key: min(size, over[key]) for key, size in allowed.items() if key in over}
        write_exceptions(store, allowed)
    problems += check_lengths(over, allowed)
    print("\n".join(problems) or f"{len(files)} files keep the house rules ({len(allowed)} exceptions)")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
