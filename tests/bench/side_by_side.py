#!/usr/bin/env python3
"""Lightloom beside UEC htsim on the same work: same hosts, same bytes, same payload per frame, same links.

    tests/bench/side_by_side.py build/scenarios/lightloom --htsim PATH/TO/htsim_uec [--csv FILE]
        [--scenes uec-128,uec-1024]

Our half is `lightloom bench SCENE`; their half is a connection matrix written here and run with the user's own build.
Without --htsim only our half runs. CPU is user CPU of the whole process, set-up included, on both sides. Link-hops of
htsim are computed from its own count of packets and the hops of each pair, as its events are not printed.
"""
import argparse
import csv
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile

PAYLOAD = 4096  # bytes per frame, both sides

# scene of `lightloom bench`: hosts, bytes per flow, pattern
SCENES = {
    "uec-128": (128, 2_000_000, "permutation"),
    "uec-128-20MB": (128, 20_000_000, "permutation"),
    "uec-1024": (1024, 2_000_000, "permutation"),
    "uec-all-to-all-16KiB": (128, 16_384, "all-to-all"),
    "uec-all-to-all-256KiB": (128, 262_144, "all-to-all"),
}


def user_seconds(command, limit):
    """Runs; returns (user CPU s, peak MB of all children so far, output), or None after `limit` seconds of CPU."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    def restrict():
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))

    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=restrict)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode < 0:
        return None
    return usage.ru_utime - before, usage.ru_maxrss / 1024, done.stdout


def pairs(hosts, pattern):
    if pattern == "all-to-all":
        return [(a, (a + i) % hosts) for i in range(1, hosts) for a in range(hosts)]
    draw = random.Random(1)
    while True:
        to = list(range(hosts))
        draw.shuffle(to)
        if all(a != b for a, b in enumerate(to)):
            return list(enumerate(to))


def hops_of_pair(a, b, radix):
    """Links between two hosts of a three-level fat-tree of `radix`-port switches."""
    half = radix // 2
    return 2 if a // half == b // half else 4 if a // (half * half) == b // (half * half) else 6


def run_htsim(binary, hosts, size, pattern, limit):
    radix = 8 if hosts == 128 else 16
    flows = pairs(hosts, pattern)
    with tempfile.TemporaryDirectory() as folder:
        matrix = os.path.join(folder, "matrix.cm")
        with open(matrix, "w") as out:
            out.write(f"Nodes {hosts}\nConnections {len(flows)}\n")
            for i, (a, b) in enumerate(flows, 1):
                out.write(f"{a}->{b} id {i} start 0 size {size}\n")
        command = [binary, "-nodes", str(hosts), "-tm", matrix, "-linkspeed", "400000", "-mtu", str(PAYLOAD),
                   "-hop_latency", "1", "-seed", "1", "-end", "100000", "-o", os.path.join(folder, "log")]
        result = user_seconds(command, limit)
    if result is None:
        return None
    cpu, peak, text = result
    totals = re.search(r"New:\s*(\d+)\s+Rtx:\s*(\d+).*?ACKs:\s*(\d+)", text)
    ends = [float(t) for t in re.findall(r"finished at ([\d.]+)", text)]
    if totals is None:
        sys.exit(f"{binary} printed no totals; its last words:\n" + text[-500:])
    packets = sum(int(n) for n in totals.groups())
    hops = packets * sum(hops_of_pair(a, b, radix) for a, b in flows) / len(flows)
    return {"cpu_s": cpu, "link_hops": hops, "peak_MB": peak, "completion_us": max(ends, default=float("nan"))}


def run_ours(binary, scene):
    done = subprocess.run([binary, "bench", scene, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"lightloom bench {scene} failed:\n{done.stderr}")
    r = json.loads(done.stdout)["scenes"][0]
    return {"cpu_s": r["cpu_s"], "link_hops": r["link_hops"], "peak_MB": r["peak_rss_bytes"] / 2**20,
            "completion_us": 1e6 * r["completion_s"] if r.get("completion_s") else float("nan")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lightloom")
    parser.add_argument("--htsim", help="an htsim_uec program of your own build")
    parser.add_argument("--csv", help="append rows here")
    parser.add_argument("--scenes", default=",".join(SCENES))
    parser.add_argument("--limit", type=int, default=120, help="CPU seconds after which htsim is stopped")
    given = parser.parse_args()
    rows = []
    for scene in given.scenes.split(","):
        if scene not in SCENES:
            parser.error(f"no scene {scene}; scenes: {', '.join(SCENES)}")
        rows.append(("lightloom", scene, run_ours(given.lightloom, scene)))
        if given.htsim:
            theirs = run_htsim(given.htsim, *SCENES[scene], given.limit)
            rows.append(("htsim", scene, theirs))
    print(f"{'tool':<10} {'scene':<24} {'CPU s':>8} {'M link-hops':>12} {'M/CPU s':>9} {'peak MB':>8} {'ends us':>10}")
    for tool, scene, r in rows:
        if r is None:
            print(f"{tool:<10} {scene:<24} stopped after {given.limit} s of CPU")
            continue
        print(f"{tool:<10} {scene:<24} {r['cpu_s']:8.2f} {r['link_hops'] / 1e6:12.2f} "
              f"{r['link_hops'] / 1e6 / max(r['cpu_s'], 1e-3):9.2f} {r['peak_MB']:8.0f} {r['completion_us']:10.2f}")
    if given.csv:
        fresh = not os.path.exists(given.csv)
        with open(given.csv, "a", newline="") as out:
            writer = csv.writer(out)
            if fresh:
                writer.writerow(["tool", "scene", "cpu_s", "link_hops", "peak_MB", "completion_us"])
            for tool, scene, r in rows:
                if r is not None:
                    writer.writerow([tool, scene, f"{r['cpu_s']:.3f}", f"{r['link_hops']:.0f}", f"{r['peak_MB']:.1f}",
                                     f"{r['completion_us']:.2f}"])


if __name__ == "__main__":
    main()
