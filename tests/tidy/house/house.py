"""The house rules: include arrows, libraries in their places, lengths, banned constructs, opening and doc comments,
tests that mirror what they test. Prints every break with its place and what to do instead.

    python3 house.py ROOT               check
    python3 house.py ROOT --tighten     check, after lowering exceptions to what is needed and dropping the others
    python3 house.py ROOT --record      accept what is there now as exceptions (to be read before it is committed)

What can be counted is a ratchet: `exceptions.txt` beside this file names what is more than its rule and by how much. An
entry that is larger than needed fails too, so that sizes only fall.
Leaves out: meaning. It reads text, not C++; strings and comments are blanked first. Circles: plan.py.
"""

import ast
import sys
from pathlib import Path

import comments
import mirror
import ratchet
import rules
import text
import tree


def functions_of(path, content):
    """(name, lines) of every function."""
    if path.endswith(".py"):
        return [(node.name, node.end_lineno - node.lineno + 1) for node in ast.walk(ast.parse(content))
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return text.functions(content)


def counted(path, content):
    """{(rule, subject): (size, meaning)} of what one file has more of than the rules allow."""
    over = {}
    lines = content.splitlines()
    if len(lines) > rules.FILE_LINES:
        over["file", path] = len(lines), f"lines in a file (at most {rules.FILE_LINES}): split it into ideas"
    wide = sum(len(line) > rules.LINE_COLUMNS for line in lines)
    if wide:
        over["lines", path] = wide, f"lines wider than {rules.LINE_COLUMNS} columns: wrap them"
    for name, size in functions_of(path, content):
        key = "function", f"{path}:{name}".replace(" ", "")
        if size > max(rules.FUNCTION_LINES, over.get(key, (0,))[0]):
            over[key] = size, f"lines in a function (at most {rules.FUNCTION_LINES}): name its parts"
    if path.endswith(".hpp") and not tree.is_test(path):
        untold = [f"{name}, line {line}" for name, line in comments.undocumented(content)]
        if untold:
            over["comments", path] = len(untold), ("without a doc comment that says what it is, with shapes, units and "
                                                   f"errors: {'; '.join(untold)}")
    return over


def main():
    root = Path(sys.argv[1]).resolve()
    files = [(path, where.read_text(encoding="utf-8")) for path, where in tree.paths(root, {".hpp", ".cpp", ".py"})]
    over = {**mirror.strays(root), **mirror.unnamed(root)}
    problems = [*mirror.labels(root), *mirror.unbuilt(root)]
    for path, content in files:
        over.update(counted(path, content))
        problems += rules.check(path, content, root)
    store = Path(__file__).parent / "exceptions.txt"
    if "--exceptions" in sys.argv:
        store = Path(sys.argv[sys.argv.index("--exceptions") + 1])
    allowed = ratchet.read(store)
    if "--record" in sys.argv:
        allowed = {key: size for key, (size, _) in over.items()}
    if "--tighten" in sys.argv:
        allowed = ratchet.tightened(allowed, over)
    if {"--record", "--tighten"} & set(sys.argv):
        ratchet.write(store, allowed)
    problems += ratchet.check(over, allowed)
    print("\n".join(problems) or f"{len(files)} files keep the house rules ({len(allowed)} exceptions)")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
