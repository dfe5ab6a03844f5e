"""A sweep killed at random moments and resumed until it ends leaves the file of an uninterrupted one, dataset for
dataset and attribute for attribute, but for /run. What lies there after each kill can be read. So with whole runs kept
and without, on one thread and on several. At the highest bit error ratio runs fail, which is a result like any other.
Skipped, and said so, where h5py is missing.

    python3 sweep_killed.py PROGRAM SCENARIOS
"""

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    import h5py
except ImportError:
    print("skipped: this python3 has no h5py")
    sys.exit(77)

program, scenarios = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
what = ["sweep", str(scenarios / "ber-step.toml"), "--set", "traffic.0.size=1MB", "--set", "inject.0.at=2us",
        "--vary", "inject.0.ber=1e-4:4e-3:3:log", "--vary", "transport.kind=infiniband,uec", "--replicas", "5"]


def contents(path):
    """{path: bytes} of every dataset, and {path@name: value} of every attribute outside /run."""
    found = {}
    with h5py.File(path, "r") as file:
        def note(name, item):
            if name == "run" or name.startswith("run/"):
                return
            found.update({f"{name}@{key}": value for key, value in item.attrs.items()})
            if isinstance(item, h5py.Dataset):
                found[name] = (item.shape, str(item.dtype), item[()].tobytes())

        note("", file)
        file.visititems(note)
    return found


def sweep(folder, *more):
    return subprocess.run([program, *what, "-o", "s.h5", *more], cwd=folder, capture_output=True, text=True)


def kill_until_done(folder, generator, whole_s, *more):
    """Number of kills that hit a sweep under way."""
    kills, part = 0, folder / "s.h5.part"
    while not (folder / "s.h5").exists():
        process = subprocess.Popen([program, *what, "-o", "s.h5", "--resume", *more], cwd=folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(generator.uniform(0, whole_s * (0.2 + 0.1 * kills)))
            assert process.returncode == 1, process.returncode
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        if part.exists():
            with h5py.File(part, "r") as file:
                done = file["sweep/metrics/done"][()]
                assert len(done) == 30 and file.attrs["complete"] == 0
                assert all((digest != b"") == (one == 1) for one, digest in zip(done, file["sweep/metrics/digest"][()]))
    return kills


# The command is what was typed first, --resume and all; so it differs, as the two were typed differently.
def but_command(found):
    return {key: value for key, value in found.items() if not key.endswith("@command")}


for seed, more in ((1, ["--threads", "1"]), (2, ["--threads", "3", "--keep", "full"])):
    with tempfile.TemporaryDirectory() as straight, tempfile.TemporaryDirectory() as killed:
        begin = time.monotonic()
        answer = sweep(straight, *more[2:], "--threads", "2")
        whole_s = time.monotonic() - begin
        assert answer.returncode == 1 and "peer unreachable" in answer.stderr, answer.stderr
        kills = kill_until_done(Path(killed), random.Random(seed), whole_s, *more)
        want, got = but_command(contents(f"{straight}/s.h5")), but_command(contents(f"{killed}/s.h5"))
        assert want.keys() == got.keys(), want.keys() ^ got.keys()
        wrong = [key for key in want if want[key] != got[key] and want[key] == want[key]]
        assert not wrong, wrong
        assert sorted(path.name for path in Path(killed).iterdir()) in (["s.h5"], ["s.h5", "s.h5.part.new"])
        again = sweep(killed, "--resume", *more)
        assert again.returncode == 1 and "nothing to run" in again.stderr and again.stdout == answer.stdout, again
        print(f"{kills} kills, {len(got)} datasets and attributes alike")
