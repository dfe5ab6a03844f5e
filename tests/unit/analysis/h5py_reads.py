"""h5py reads a results file as it is: names, shapes, values, units. Skipped, and said so, where h5py is missing.

    python3 h5py_reads.py WRITE_EXAMPLE FOLDER
"""

import subprocess
import sys
from pathlib import Path

try:
    import h5py
except ImportError:
    print("skipped: this python3 has no h5py")
    sys.exit(77)

path = Path(sys.argv[2]) / "example.h5"
subprocess.run([sys.argv[1], str(path)], check=True)
with h5py.File(path, "r") as file:
    assert file.attrs["digest"] == "0123456789abcdef", file.attrs["digest"]
    assert isinstance(file.attrs["scenario_toml"], str)
    assert file.attrs["complete"] == 1 and file.attrs["seed"] == 7
    assert file["gpus/busy_ps"].shape == (2, 2)
    assert file["gpus/busy_ps"][1, 0] == 60
    assert list(file["steps/duration_ps"]) == [100, 80]
    assert file["links/name"][0] == b"host:0/leaf:0"
    assert file["links/name"].asstr()[1] == "leaf:0/host:0"
    assert file["run"].attrs["threads"] == 2
    causes = list(file["causes"].asstr())
    assert file["gpus/idle_by_cause_ps"][0, 0, causes.index("serialization")] == 20
    assert (file["gpus/idle_by_cause_ps"][:].sum(axis=2) == file["gpus/idle_ps"][:]).all()
    assert (file["steps/critical_path_ps"][:].sum(axis=1) == file["steps/duration_ps"][:]).all()

    def described(name, item):
        if isinstance(item, h5py.Dataset):
            assert isinstance(item.attrs["unit"], str) and isinstance(item.attrs["description"], str), name

    file.visititems(described)

# What h5py changes is still read by us afterwards: it cuts the seal off. A newer schema is refused with exit code 2.
def answer():
    return subprocess.run([sys.argv[1], "--read", str(path)], capture_output=True, text=True)


assert answer().returncode == 0
with h5py.File(path, "r+") as file:
    file.attrs["note"] = "mine"
    file.attrs["list"] = [1, 2, 3]
    file["more"] = [1.5, 2.5]
assert answer().returncode == 0, answer().stderr
with h5py.File(path, "r+") as file:  # as files of before there were causes are
    for name in ("causes", "gpus/idle_by_cause_ps", "steps/critical_path_ps", "steps/reused", "waiting", "job"):
        del file[name]
assert answer().returncode == 0, answer().stderr
with h5py.File(path, "r+") as file:
    file.attrs["schema_version"] = 99
newer = answer()
assert newer.returncode == 2 and "newer" in newer.stderr, newer
with h5py.File(path, "w") as file:
    file["x"] = 1
foreign = answer()
assert foreign.returncode == 2 and "not a Lightloom results file" in foreign.stderr, foreign
path.unlink()
print("h5py reads every dataset")
