"""Use of the link and Jain's index of the senders' rates in a results file of scenarios/fairness.toml.

python3 shares.py fairness.h5 40 60      from 40 to 60 ms
python3 shares.py fairness.h5            sample by sample
"""

import sys

import h5py


def figures(names, utilization):
    """Of one vector of utilizations by link."""
    senders = [name.startswith("host:") and name.endswith("/leaf:1") for name in names]
    rates = [rate for sends, rate in zip(senders, utilization) if sends and rate > 0]
    jain = sum(rates) ** 2 / len(rates) / sum(rate * rate for rate in rates) if rates else 0
    return utilization[names.index("leaf:1/spine:0")], jain


def main():
    with h5py.File(sys.argv[1]) as file:
        series = file["telemetry"]
        names = [name.decode() for name in series["link"][()]]
        times = series["time_ps"][()] * 1e-9
        utilization = series["utilization"][()]
        queue = series["queue_bytes"][()][:, names.index("leaf:1/spine:0")]
    if len(sys.argv) > 3:
        inside = (times > float(sys.argv[2])) & (times <= float(sys.argv[3]))
        used, jain = figures(names, utilization[inside].mean(axis=0))
        print(f"utilization {used:.4f}, Jain {jain:.4f}, mean queue {queue[inside].mean() * 1e-3:.0f} KB")
        return
    for time, row, waiting in zip(times, utilization, queue):
        used, jain = figures(names, row)
        print(f"{time:.3f} {used:.4f} {jain:.4f} {waiting * 1e-3:.0f}")


main()
