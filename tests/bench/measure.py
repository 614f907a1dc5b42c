"""Runs the rows of rows.py and says how they did. Called by `run`, which has built the programs."""
import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import plots
import rows as table

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/bench"
SKIPPED = 77
MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
       "OMPI_MCA_hwloc_base_binding_policy": "none", "OMPI_MCA_odls_base_cutoff": "1000000"}
ONE_HOST = {"OMPI_MCA_oob_tcp_if_include": "lo", "OMPI_MCA_btl_tcp_if_include": "lo"}


class Skipped(Exception):
    """This machine does not permit the measurement."""


class Starter:
    """How programs are started. Each function gives a function of no arguments that runs one and returns its figure."""

    def __init__(self, limit, scratch):
        self.limit = limit
        self.words = {"examples": BUILD / "examples", "file": scratch / "file", "out": scratch / "out.bz2"}

    def run(self, command, environment):
        # A session of its own, so that the whole of it can be ended.
        process = subprocess.Popen([str(word) for word in command], env={**os.environ, **MPI, **environment}, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            out, err = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise RuntimeError(f"took more than {self.limit} s: {' '.join(map(str, command))}") from None
        if process.returncode == SKIPPED:
            raise Skipped((err.strip() or out.strip()).splitlines()[-1])
        if process.returncode != 0:
            raise RuntimeError(f"status {process.returncode}: {' '.join(map(str, command))}\n{err[-2000:]}")
        return out

    def figure(self, command, environment):
        for line in self.run(command, environment).splitlines():
            if line.startswith("BENCH "):
                return float(line.split()[1])
        raise RuntimeError(f"no figure: {' '.join(map(str, command))}")

    @staticmethod
    def command(how, ranks, program, arguments):
        path = BUILD / "tests/bench" / program
        return ([] if how == "alone" else ["mpirun", "-n", ranks]) + [path, *arguments]

    def alone(self, program, *arguments):
        return lambda: self.figure(self.command("alone", 1, program, arguments), ONE_HOST)

    def ranks(self, ranks, program, *arguments):
        return lambda: self.figure(self.command("ranks", ranks, program, arguments), ONE_HOST)

    def hosts(self, ranks, program, *arguments, link="", own_core=False):
        # With a core of its own a host has one: its ranks are kept there, as on a machine that has no more.
        pinned = ["sh", "-c", 'host=$(hostname); exec taskset -c $((${host#h} - 1)) "$@"', "-"] if own_core else []
        command = [ROOT / "tests/hosts/emulate", "2", "--link", link, "--", "mpirun", "-n", ranks, "--host", "h1:64,h2:64",
                   "--map-by", "node", *pinned, BUILD / "tests/bench" / program, *arguments]
        return lambda: self.figure(command, {"EMULATED_IMPAIR": str(BUILD / "tests/bench/hosts_impair")})

    def python(self, script, *arguments):
        return lambda: self.figure([sys.executable, Path(__file__).parent / "peers" / script, *arguments], {})

    def wall(self, how, ranks, program, *arguments):
        """How long the whole program takes, in ms."""
        if how == "shell":
            command = ["sh", "-c", program.format(**self.words)]
        else:
            command = self.command(how, ranks, program, arguments)

        def measured():
            begin = time.monotonic()
            self.run(command, ONE_HOST)
            return (time.monotonic() - begin) * 1000
        return measured

    @staticmethod
    def seconds(items, rate):
        return lambda: items / rate()

    per_second = seconds


def measure(row, rounds):
    """Every side of a row in turn, several times."""
    values = {side: [] for side in row.sides}
    for _ in range(row.rounds or rounds):
        for side, run in row.sides.items():
            values[side].append(run())
    return values


def judge(row, values):
    """How far each goal is reached: what is printed and kept of it. Ratios are those of the same round."""
    best = max if not row.less else min
    verdicts = []
    for goal in row.goals:
        side = goal.side
        if side == "peers":
            side = best(row.peers, key=lambda peer: statistics.median(values[peer]))
        ratios, reached = [], []
        for i, ours in enumerate(values["mpyx"]):
            other = 0 if side == "absolute" else values[side][i]
            plus = goal.plus * (values[goal.plus_side][i] if goal.plus_side else 1)
            wanted = goal.factor * other + plus
            ratios.append(ours / (other or wanted))
            reached.append(wanted / ours if row.less else ours / wanted)
        words = goal.words if goal.words and not goal.words.startswith("(") else f"{goal.factor:g} x {side} {goal.words}".strip()
        verdicts.append({"against": side, "ratio": statistics.median(ratios), "reached": statistics.median(reached),
                         "goal": ("at most " if row.less else "at least ") + words})
    return verdicts


def short(value):
    for size, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def print_row(row, medians, verdicts):
    for i, verdict in enumerate(verdicts):
        other = medians.get(verdict["against"])
        ours = f"{short(medians['mpyx'])} {row.unit}" if i == 0 else ""
        print(f"{row.name if i == 0 else '':<17} {ours:<20} {verdict['against'] if other is not None else '':<14} "
              f"{short(other) if other is not None else '':>8} {verdict['ratio']:>8.3g}  {verdict['goal']:<42} "
              f"{'ok' if verdict['reached'] >= 1 else 'short: %.0f %%' % (verdict['reached'] * 100)}", flush=True)


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def commit():
    said = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=10"], capture_output=True, text=True)
    return said.stdout.strip() or "unknown"


def keep(results, quick):
    """One file a commit and processor; rows measured again take the place of older ones."""
    name = "".join(c if c.isalnum() else "-" for c in f"{commit()} {processor()} {os.cpu_count()} cores".lower())
    path = (BUILD if quick else Path(__file__).parent / "history") / (name + ".json")
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept = {"commit": commit(), "processor": processor(), "cores": os.cpu_count(),
            "load": os.getloadavg()[0], "rows": {**kept.get("rows", {}), **results}}
    path.write_text(json.dumps(kept, indent=1) + "\n")
    plots.draw(kept["rows"], BUILD)
    return path


def make_file(path, megabytes):
    """Something to compress: what programs and texts of this machine are made of."""
    with open(path, "wb") as out:
        for folder in ("/usr/bin", "/usr/share/doc", "/usr/lib"):
            for source in sorted(Path(folder).rglob("*")):
                if out.tell() >= megabytes << 20:
                    return
                if source.is_file() and not source.is_symlink() and os.access(source, os.R_OK):
                    out.write(source.read_bytes())


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description="Measures mpyx beside its peers and the machine's limits.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows, or the beginnings of their names; all without any")
    parser.add_argument("--quick", action="store_true", help="one short round, to see that everything works")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured, in turn (5)")
    parser.add_argument("--list", action="store_true", help="names the rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench.") as scratch:
        starter = Starter(60 if options.quick else 300, Path(scratch))
        per_us = 100 if options.list else starter.alone("peer_plain", "calibrate")()
        all_rows = table.rows(starter, (lambda n: max(n // 50, 8)) if options.quick else (lambda n: n), per_us)
        chosen = [row for row in all_rows if not options.names or any(row.name.startswith(name) for name in options.names)]
        if not chosen:
            parser.error("no such row; --list names them")
        if options.list:
            print("\n".join(f"{row.name:<17} {row.title}" for row in chosen))
            return 0
        if any(row.name == "pbz" for row in chosen):
            make_file(starter.words["file"], 2 if options.quick else 40)
        return measure_all(chosen, 1 if options.quick else options.rounds, options.quick)


def measure_all(chosen, rounds, quick):
    print(f"{'work':<17} {'mpyx':<20} {'against':<14} {'':>8} {'ratio':>8}  goal")
    failed, results = 0, {}
    for row in chosen:
        try:
            values = measure(row, rounds)
        except Skipped as reason:
            print(f"{row.name:<17} SKIPPED: {reason}")
            continue
        except RuntimeError as error:
            print(f"{row.name:<17} FAILED: {error}")
            failed += 1
            continue
        medians = {side: statistics.median(all_of_it) for side, all_of_it in values.items()}
        verdicts = judge(row, values)
        print_row(row, medians, verdicts)
        results[row.name] = {"title": row.title, "unit": row.unit, "less": row.less, "medians": medians, "verdicts": verdicts}
    if results:
        print(f"kept in {os.path.relpath(keep(results, quick), ROOT)}; plots in {os.path.relpath(BUILD, ROOT)}/bench*.svg")
    return 1 if failed else 0


sys.exit(main())
