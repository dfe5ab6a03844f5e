"""Compiles cases.cpp twice: as it is, without an error, and with -DMISTAKE, with an error in the line of every TWIN.
One compilation for all mistakes, because each costs seconds of standard headers.

    python3 cases.py COMPILER ROOT_OF_THE_REPOSITORY CASES
"""

import re
import subprocess
import sys
from pathlib import Path

COMPILER, ROOT, CASES = sys.argv[1:4]
COMMAND = [COMPILER, "-std=gnu++20", "-fsyntax-only", f"-I{ROOT}"]
# The compiler must not stop early.
NO_LIMIT = {True: ["-ferror-limit=0"], False: ["-fmax-errors=0"]}["clang" in COMPILER]


def compile_cases(*options):
    return subprocess.run([*COMMAND, *NO_LIMIT, *options, CASES], capture_output=True, text=True)


def main():
    meant = compile_cases()
    if meant.returncode != 0:
        print("what one means does not compile:\n" + meant.stderr)
        return 1
    name = re.escape(Path(CASES).name)
    said = compile_cases("-DMISTAKE").stderr
    failed = {int(number) for number in re.findall(rf"{name}:(\d+):\d+: error", said)}
    lines = Path(CASES).read_text().splitlines()
    cases = [number for number, line in enumerate(lines, start=1)
             if "TWIN(" in line and not line.startswith(("#", "//"))]
    missed = [number for number in cases if number not in failed]
    for number in missed:
        print(f"{CASES}:{number}: the mistake compiles: {lines[number - 1]}")
    print(f"{len(cases) - len(missed)} of {len(cases)} mistakes do not compile")
    return 1 if missed or not cases else 0


sys.exit(main())
