"""The launcher `lightloom`, run on a three-line program in a checkout of its own.

A folder of stand-ins for apt-get, dpkg-query, id and sudo comes first in PATH, so that nothing is ever installed here:
the stand-in for dpkg-query knows every package but $MISSING, and the one for apt-get writes down what it was asked.

    python3 launcher.py ROOT_OF_THE_REPOSITORY
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

REPOSITORY = Path(sys.argv.pop(1)).resolve()

PROGRAM = r"""
#include <cstdio>
#include <unistd.h>
int main(int count, char **arguments) {
  char here[4096];
  std::printf("%s", getcwd(here, sizeof here));
  for (int i = 1; i < count; ++i)
    std::printf("|%s", arguments[i]);
  return count == 1 ? 7 : 0;
}
"""

FILES = {
    "CMakeLists.txt": """
cmake_minimum_required(VERSION 3.25)
project(checkout LANGUAGES CXX)
add_subdirectory(scenarios)
if(BUILD_TESTING)
  enable_testing()
  add_test(NAME passes COMMAND true)
  add_test(NAME fails COMMAND false)
endif()
""",
    "scenarios/CMakeLists.txt": "add_executable(lightloom main.cpp)\n",
    "scenarios/main.cpp": PROGRAM,
}

STAND_INS = {
    "dpkg-query": r"""
for argument; do case $argument in
  -* | "$MISSING") ;;
  *) printf 'ii  %s\n' "$argument" ;;
esac; done
[ ! -e "$STAND_INS/installed" ] || printf 'ii  %s\n' "$MISSING"
""",
    "apt-get": r"""
printf '%s\n' "$*" >>"$STAND_INS/asked"
echo this is apt-get speaking
case "$*" in *update*) : >"$STAND_INS/updated" ;; esac
[ -e "$STAND_INS/updated" ] || exit 100   # no package lists yet
: >"$STAND_INS/installed"
""",
    "id": 'echo "${FAKE_UID:-0}"',
    "sudo": "exit 1",
}


class Launcher(unittest.TestCase):
    def setUp(self):
        self.scratch = Path(tempfile.mkdtemp(prefix="lightloom launcher "))
        self.addCleanup(shutil.rmtree, self.scratch)
        self.checkout = self.scratch / "a check out"
        for name, text in FILES.items():
            path = self.checkout / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for name in ("lightloom", "CMakePresets.json"):
            shutil.copy(REPOSITORY / name, self.checkout / name)
        self.stand_ins = self.scratch / "bin"
        self.stand_ins.mkdir()
        for name, text in STAND_INS.items():
            path = self.stand_ins / name
            path.write_text("#!/bin/sh\n" + text + "\n")
            path.chmod(0o755)

    def run_it(self, *arguments, cwd=None, launcher=None, **environment):
        return subprocess.run(
            [str(launcher or self.checkout / "lightloom"), *arguments], cwd=cwd or self.checkout,
            env=self.environment(**environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    def environment(self, **more):
        path = f"{self.stand_ins}:{os.environ['PATH']}"
        return dict(os.environ, PATH=path, STAND_INS=str(self.stand_ins), MISSING="") | more

    def asked(self):
        path = self.stand_ins / "asked"
        return path.read_text().splitlines() if path.exists() else []

    def test_arguments_and_the_current_directory_reach_the_program_and_standard_output_is_its_own(self):
        first = self.run_it("compare", "a b", "", "$x*", cwd=self.scratch)
        self.assertEqual(first.stdout, f"{self.scratch}|compare|a b||$x*")
        self.assertEqual(first.returncode, 0)
        self.assertIn("building", first.stderr)
        again = self.run_it(cwd="/")
        self.assertEqual((again.stdout, again.stderr, again.returncode), ("/", "", 7))
        self.assertEqual(self.asked(), [])

    def test_a_changed_source_is_rebuilt_and_a_failed_build_runs_nothing(self):
        self.run_it("x")
        source = self.checkout / "scenarios" / "main.cpp"
        source.write_text(PROGRAM.replace("return count == 1 ? 7 : 0", "return 5"))
        self.assertEqual(self.run_it("x").returncode, 5)
        source.write_text(PROGRAM + "int broken = ;")
        failed = self.run_it("x")
        self.assertEqual((failed.stdout, failed.returncode), ("", 3))
        self.assertIn("int broken = ;", failed.stderr)

    def test_a_link_to_the_launcher_and_a_moved_checkout_work(self):
        link = self.scratch / "link"
        link.symlink_to(self.checkout / "lightloom")
        self.assertEqual(self.run_it("x", launcher=link).returncode, 0)
        moved = self.scratch / "moved"
        self.checkout.rename(moved)
        self.assertEqual(self.run_it("x", cwd="/", launcher=moved / "lightloom").stdout, "/|x")

    def test_closed_standard_streams_do_no_harm(self):
        self.run_it("x")
        out = self.scratch / "out"
        command = ["sh", "-c", '"$1" x <&- 2>&- >"$2"', "sh", str(self.checkout / "lightloom"), str(out)]
        status = subprocess.call(command, env=self.environment())
        self.assertEqual((status, out.read_text().split("|")[1:]), (0, ["x"]))

    def test_a_missing_package_is_installed_with_its_reason_after_refreshing_lists_that_do_not_have_it(self):
        result = self.run_it("x", MISSING="libfmt-dev")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("libfmt-dev           text output", result.stderr)
        self.assertNotIn("apt-get speaking", result.stdout + result.stderr)
        verbs = [line.split("install --yes --no-install-recommends ")[-1].split()[-1] for line in self.asked()]
        self.assertEqual(verbs, ["libfmt-dev", "update", "libfmt-dev"])

    def test_what_only_tests_need_is_installed_for_tests_only(self):
        self.assertEqual(self.run_it("x", MISSING="doctest-dev").returncode, 0)
        self.assertEqual(self.asked(), [])
        self.run_it("test", MISSING="doctest-dev")
        self.assertTrue(self.asked()[-1].endswith("doctest-dev"))

    def test_without_root_the_line_to_run_is_printed_and_the_status_is_3(self):
        result = self.run_it("x", MISSING="libfmt-dev", FAKE_UID="1000")
        self.assertEqual((result.stdout, result.returncode), ("", 3))
        self.assertIn("apt-get update && apt-get install --yes --no-install-recommends libfmt-dev\n", result.stderr)
        self.assertEqual(self.asked(), [])

    def test_tests_end_with_the_summary_of_ctest_and_its_status(self):
        result = self.run_it("test")
        self.assertEqual(result.returncode, 8)
        self.assertIn("50% tests passed, 1 tests failed out of 2", result.stdout)
        self.assertEqual(self.run_it("test", "-R", "passes").returncode, 0)
        self.assertNotEqual(self.run_it("test", "-R", "no such test").returncode, 0)

    def test_launchers_started_together_build_once(self):
        command = [str(self.checkout / "lightloom"), "x"]
        pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started = [subprocess.Popen(command, env=self.environment(), **pipes) for _ in range(3)]
        results = [process.communicate(timeout=120) for process in started]
        self.assertEqual([process.returncode for process in started], [0, 0, 0])
        self.assertEqual(sum("building Lightloom" in err for _, err in results), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
