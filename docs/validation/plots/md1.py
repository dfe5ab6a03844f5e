"""Mean wait at one port in service times, by Little's law, with its 99 % interval over independent runs.

python3 md1.py build/scenarios/lightloom 0.8 10.3 40
"""

import json
import math
import statistics
import subprocess
import sys

FRAME = 4096 + 20  # bytes with preamble and gap
SERVICE = FRAME * 8 / 10e9  # seconds
SENDERS = 1007


def wait(program, load, duration, seed):
    """Mean wait of one run, and how many frames came."""
    settings = [f"traffic.0.load={load * 4096 / FRAME:.10f}", f"traffic.0.duration={duration}s"]
    command = [program, "run", "scenarios/md1.toml", "--json", "--quiet", "--seed", str(seed)]
    for setting in settings:
        command += ["--set", setting]
    run = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    frames = run["counters"]["frames_injected"]
    return run["network"]["mean_queue_bytes"] / FRAME * duration / frames / SERVICE, frames


def student(degrees):
    """Two-sided 99 % quantile, Cornish-Fisher; 2.861 at 19 degrees of freedom, 2.708 at 39."""
    z = 2.5758293
    return z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)


def main():
    program, load, duration, seeds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    runs = [wait(program, load, duration, seed) for seed in range(1, seeds + 1)]
    waits = [run[0] for run in runs]
    mean = statistics.fmean(waits)
    half = student(seeds - 1) * statistics.stdev(waits) / math.sqrt(seeds)
    theory = load / (2 * (1 - load))
    port = theory - load / SENDERS / (2 * (1 - load / SENDERS))
    print(f"load {load:g}: {sum(run[1] for run in runs)} arrivals in {seeds} runs")
    print(f"mean wait {mean:.5f} +- {half:.5f} service times; M/D/1 {theory:.5f}, behind {SENDERS} links {port:.5f}")
    inside = "in" if abs(mean - theory) < half else "OUT OF"
    print(f"error {100 * (mean / theory - 1):+.3f} %, theory {inside} the interval")


main()
