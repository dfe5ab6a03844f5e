"""The house rules find what they forbid, each planted once in a small tree, and nothing in a tree that keeps them.

    python3 selftest.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
GOOD = {
    "sim/core/time.hpp": "#pragma once\n// Time.\n#include <chrono>\n\n"
                         "/// Now. [ps]\nint now();\nint then(int of = {});\n/// A span.\nstruct Span { int f(); };\n"
                         "struct Later;\nSpan operator+(Span a, Span b);\n"
                         "namespace detail {\nint hidden();\n}\n",
    "sim/network/plain/route.hpp": '#pragma once\n// Routes.\n#include "sim/core/time.hpp"\n',
    "topology/tree.hpp": '#pragma once\n// Trees.\n#include "sim/network/plain/route.hpp"\n',
    "topology/tree.cpp": '#include "topology/tree.hpp"\n#include <boost/graph/adjacency_list.hpp>\n',
    "scenarios/main.cpp": '// Main.\n#include "topology/tree.hpp"\n'
                          'int main() { return "rand( // std::hash"[0] == \'"\'; }\n',
    "scenarios/commands/run.hpp": '#pragma once\n// Run.\n#include "scenarios/build/all.hpp"\n',
    "scenarios/build/all.hpp": '#pragma once\n// All.\n#include "sim/network/plain/route.hpp"\n',
    "tests/unit/sim/core/CMakeLists.txt": "lightloom_test(LIBRARIES lightloom_core)\n",
    "tests/unit/sim/core/time_zones.cpp": '// Time.\nTEST_CASE("Zones") {}\n',
    "tests/unit/sim/core/builder.cpp": "// What the tests there share.\n",
    "tests/unit/sim/network/CMakeLists.txt": "add_test(NAME t)\nset_tests_properties(t PROPERTIES LABELS unit)\n",
    "tests/unit/clocks/CMakeLists.txt": "lightloom_test(LIBRARIES lightloom_core)\n",
    "tests/validation/sim/CMakeLists.txt": "add_executable(law law.cpp page.cpp)\n",
    "tests/validation/sim/law.cpp": '// Law.\nTEST_CASE("Law") {}\n',
    "docs/decisions/0001-time.md": "# Time\n",
    "docs/validation/law.md": "# Law\n`tests/validation/sim/law.cpp`\n",
}
FUNCTION = "int f(int x) {\n" + "  ++x;\n" * 69 + "  return x;\n}\n"
# (file, its content, words of the message)
BAD = [
    ("sim/core/a.hpp", '#pragma once\n// A.\n#include "topology/tree.hpp"\n', "sim/core may include only"),
    ("sim/network/plain/a.hpp", '#pragma once\n// A.\n#include "sim/network/host.hpp"\n', "not there"),
    ("optics/a.hpp", '#pragma once\n// A.\n#include "topology/tree.hpp"\n', "optics may include only"),
    ("topology/a.cpp", '// A.\n#include "scenarios/main.cpp"\n', "nobody includes scenarios"),
    ("topology/a.hpp", "#pragma once\n// A.\n#include <boost/graph/graphml.hpp>\n", "Boost.Graph is seen only in"),
    ("analysis/a.cpp", "// A.\n#include <hdf5.h>\n", "HDF5 is seen only in"),
    ("scenarios/a.cpp", "// A.\n#include <CLI/CLI.hpp>\n", "CLI11 is seen only in"),
    ("scenarios/b.hpp", "#pragma once\n// B.\n#include <toml++/toml.h>\n", "toml++ is seen only in"),
    ("scenarios/c.cpp", "// C.\n#include <zlib.h>\n", "no rule allows this library"),
    ("scenarios/d.cpp", "// D.\n#include <doctest/doctest.h>\n", "only tests may"),
    ("sim/core/b.cpp", "// B.\nint x = rand();\n", "use RandomStream"),
    ("sim/core/c.cpp", "// C.\nstd::mt19937 engine;\n", "use RandomStream"),
    ("sim/core/d.cpp", "// D.\nstd::uniform_int_distribution<int> d;\n", "its bits depend on the library"),
    ("sim/core/e.cpp", "// E.\nauto h = std::hash<int>{}(1);\n", "use Digest"),
    ("sim/core/f.cpp", "// F.\ndouble y = std::log(2.0);\n", "portable_math"),
    ("sim/core/g.cpp", "// G.\ndouble end_time = 0;\n", "use SimTime"),
    ("sim/core/h.cpp", "// H.\nstd::unordered_map<int, int> seen;\nvoid f() { for (auto x : seen) {} }\n",
     "unordered container seen"),
    ("sim/core/i.cpp", "// I.\nvoid f(int x) { assert(x); }\n", "EXPECTS"),
    ("sim/core/t.cpp", "// T (contract §3).\n", "cites contract §3"),
    ("sim/core/u.cpp", "// U (decision 0001).\n// V (decision 0099).\n",
     "cites decision 0099"),
    ("tests/unit/sim/core/time_zones.cpp", '// T.\nTEST_CASE("one; two") {}\n', "a title with a semicolon"),
    ("sim/core/j.cpp", "// J. TO" "DO later\n", "open an issue"),
    ("sim/core/k.cpp", "int x;\n", "must open with a comment"),
    ("sim/core/l.hpp", "// L.\n#pragma once\n", "must open with #pragma once"),
    ("sim/core/m.cpp", "// M.\n" + FUNCTION, "lines in a function"),
    ("sim/core/n.cpp", "// N.\n" + "int x;\n" * 400, "lines in a file"),
    ("sim/core/o.cpp", "// O.\n//" + "x" * 119 + "\n", "wider than 120 columns"),
    ("sim/network/switch/a.hpp", '#pragma once\n// A.\n#include "topology/tree.hpp"\n', "may include only"),
    ("sim/a.hpp", '#pragma once\n// A.\n#include "sim/core/time.hpp"\n', "no arrow leaves this folder"),
    ("scenarios/build/b.hpp", '#pragma once\n// B.\n#include "scenarios/commands/run.hpp"\n', "build may include only"),
    ("scenarios/build/b.cpp", "// B.\nint x = rand();\n", "use RandomStream"),
    ("sim/core/q.hpp", "#pragma once\n// Q.\n\nint q();\n", "q, line 4"),
    ("sim/core/r.hpp", "#pragma once\n// R.\n\nclass R final {\n  /// Told.\n  int r();\n};\n", "R, line 4"),
    ("sim/core/s.hpp", "#pragma once\n// S.\n\n/// Told.\nint s();\n\ninline int t() {\n  return 1;\n}\n", "t, line 7"),
    ("tests/unit/sim/core/clock.cpp", '// C.\nTEST_CASE("C") {}\n', "sim/core has no room or folder clock"),
    ("tests/unit/clocks/time.cpp", '// C.\nTEST_CASE("C") {}\n', "no source folder clocks"),
    ("tests/unit/sim/network/route.cpp", '// R.\nTEST_CASE("R") {}\n', "nothing builds it"),
    ("tests/unit/sim/core/main_time.cpp", "// M.\n", "nothing builds it"),
    ("tests/validation/sim/page.cpp", "// P.\n", "validation without a page"),
    ("tests/unit/topology/CMakeLists.txt", "set_tests_properties(t PROPERTIES LABELS golden)\n", "the label golden"),
    ("tests/fuzz/topology/CMakeLists.txt", "doctest_discover_tests(t)\n", "the label none"),
    ("optics/p.cpp", "// P.\nauto now = std::chrono::steady_clock::now();\n", "machine's clock"),
]


def answer(root, *options):
    command = [sys.executable, "-B", str(HERE / "house.py"), str(root), "--exceptions", str(root / "exceptions.txt")]
    run = subprocess.run([*command, *options], capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def write(root, path, content):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content)


def main():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, content in GOOD.items():
            write(root, path, content)
        code, said = answer(root)
        if code != 0:
            failures.append(f"a tree that keeps the rules is refused: {said}")
        for path, content, words in BAD:
            write(root, path, content)
            code, said = answer(root)
            if code != 1 or words not in said or path.split("/")[-1] not in said or len(said.splitlines()) != 1:
                failures.append(f"{path}: expected one line with '{words}', got: {said}")
            (root / path).unlink()
        # The ratchet: what is recorded passes, longer fails, shorter asks to be tightened and then passes.
        write(root, "sim/core/m.cpp", "// M.\n" + FUNCTION)
        steps = [(["--record"], 0), ([], 0)]
        for options, expected in steps:
            failures += [] if answer(root, *options)[0] == expected else [f"ratchet {options}"]
        write(root, "sim/core/m.cpp", "// M.\n" + FUNCTION.replace("return", "++x;\n  return"))
        failures += [] if answer(root)[0] == 1 else ["a function longer than its exception passes"]
        write(root, "sim/core/m.cpp", "// M.\nint f() { return 1; }\n")
        failures += [] if answer(root)[0] == 1 else ["an exception that is not needed passes"]
        mended = answer(root, "--tighten")[0] == 0 and answer(root)[0] == 0
        failures += [] if mended else ["tightening does not mend it"]
    print("\n".join(failures) or f"{len(BAD)} planted mistakes found")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
