#!/usr/bin/env python3
"""Runs `make` twice at once in a fresh clone, and two notebooks beside a command, and compares with undisturbed runs.

Each has to end with the tables of an undisturbed run, or say in plain words that it waits for the other. The clone has
what is committed. The notebooks are those of this clone and need `make notebook-setup`; without it they are passed over
with a message.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUSY = "is being trained by another process"


def tables(folder: Path) -> dict[str, str]:
    """Every file of results but the kept runs and the records, which say when they were made."""
    found = {}
    for place in ("tables", "figures"):
        for path in sorted((folder / place).glob("*")):
            found[f"{place}/{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def left_over(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob(".writing-*")]


def start(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.Popen:
    return subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def together(commands: list[list[str]], folder: Path, environment: dict[str, str]) -> list[tuple[int, str]]:
    """Runs the commands side by side; their exit codes and what they said."""
    running = [start(command, folder, environment) for command in commands]
    # They say little, so that no pipe fills up while another one is waited for.
    said = [process.communicate()[0] for process in running]
    return [(process.returncode, text) for process, text in zip(running, said)]


def judge(ends: list[tuple[int, str]], wrong: list[str], what: str) -> str:
    """What became of processes that ran at once: all right, or refused in words that name the other one."""
    for code, said in ends:
        if code and BUSY not in said:
            wrong.append(f"{what}: ended with {code}: {said.strip()[-2000:]}")
    if all(code for code, _ in ends):
        wrong.append(f"{what}: none succeeded")
    refused = sum(code != 0 for code, _ in ends)
    return f"{len(ends) - refused} finished" + (f", {refused} refused and named the other" if refused else "")


def two_makes(rounds: int, wrong: list[str]):
    cache = Path(subprocess.run(["bash", ROOT / "scripts" / "cache.sh"], check=True, capture_output=True, text=True).stdout[:-1])
    with tempfile.TemporaryDirectory(prefix="concurrency-") as name:
        clone = Path(name).resolve() / "clone"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        # As in a shell of its own: what this make has set belongs to this clone.
        private = ("CARGO_BUILD_BUILD_DIR", "CARGO_TARGET_DIR", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "DAE_OFFLINE")
        environment = {key: value for key, value in os.environ.items() if key not in private}
        environment |= {"DAE_CACHE_DIR": str(cache), "OPENBLAS_NUM_THREADS": "1"}
        before = set((cache / "build").glob("*"))
        build = Path(subprocess.run(["bash", "-c", "pwd -P | cksum | cut -d' ' -f1"], cwd=clone, check=True,
                                    capture_output=True, text=True).stdout.strip())
        build = cache / "build" / build
        make, results = ["make", "figures", "PROFILE=smoke"], clone / "results" / "smoke"
        try:
            found = []
            for number in range(rounds):
                shutil.rmtree(results, ignore_errors=True)
                started = time.monotonic()
                ends = together([make, make], clone, environment)
                took = time.monotonic() - started
                what = f"two makes, round {number + 1}{' (with the build)' if number == 0 else ''}"
                print(f"{what}: {judge(ends, wrong, what)}, {took:.0f} s", flush=True)
                found.append(tables(results))
                wrong.extend(f"{what}: left over: {path}" for path in left_over(results))
            strays = [path for path in {*(cache / "build").glob("*"), *build.glob("new.*")} - before if path != build
                      and path.name.startswith("new.")]
            wrong.extend(f"two makes: left over in the cache: {path.relative_to(cache)}" for path in strays)
            shutil.rmtree(results)
            for code, said in together([make], clone, environment):
                if code:
                    wrong.append(f"make, undisturbed: {said.strip()[-2000:]}")
            expected = tables(results)
            print(f"make, undisturbed: {len(expected)} tables and figures", flush=True)
            for number, those in enumerate(found, start=1):
                keys = sorted(expected.keys() | those.keys())
                wrong.extend(f"two makes, round {number}: {key} is not that of an undisturbed run" for key in keys
                             if expected.get(key) != those.get(key))
        finally:
            shutil.rmtree(build, ignore_errors=True)


def notebooks(paper: Path, names: list[str], wrong: list[str]):
    sys.path.insert(0, str(ROOT / "scripts" / "notebooks"))
    import places

    if not (places.PREPARED / "workspace" / "complete").exists():
        print("skipped: the notebooks, because they are not set up (make notebook-setup)")
        return
    python = subprocess.run(["bash", ROOT / "scripts" / "python.sh"], check=True, capture_output=True, text=True).stdout.strip()
    (ROOT / "target").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="concurrency-", dir=ROOT / "target") as name:
        results = Path(name)
        environment = os.environ | {"DAE_RESULTS": str(results), "OPENBLAS_NUM_THREADS": "1"}
        command = [str(paper), "run", "--profile", "smoke", "--results", str(results)]
        for code, said in together([command], ROOT, environment):
            if code:
                sys.exit(f"paper run, undisturbed: {said}")
        expected = tables(results / "smoke")
        execute = [f"{python}/bin/python", "scripts/notebooks/execute.py", "--profile", "smoke", "--results", str(results)]
        started = time.monotonic()
        kernels = [start([*execute, f"notebooks/{name}"], ROOT, environment) for name in names]
        runs = 0
        # The command trains everything anew, again and again, as long as a notebook runs.
        while any(kernel.poll() is None for kernel in kernels):
            ends = together([[*command, "--fresh"]], ROOT, environment)
            runs += 1
            judge(ends, wrong, f"command beside notebooks, run {runs}")
            if tables(results / "smoke") != expected:
                wrong.append(f"command beside notebooks, run {runs}: its results are not those of an undisturbed run")
        for kernel in kernels:
            said = kernel.communicate()[0].strip()
            print(said)
            if kernel.returncode and BUSY not in said:
                wrong.append("a notebook did not pass, see above")
        wrong.extend(f"beside notebooks: left over: {path}" for path in left_over(results))
        print(f"{len(names)} notebooks beside {runs} runs of the command, {time.monotonic() - started:.0f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often two makes are run at once")
    parser.add_argument("--paper", type=Path, default=ROOT / "target/release/paper")
    parser.add_argument("--notebooks", nargs="*", default=["01_learning_dynamics.ipynb", "05_linear_autoencoders.ipynb"])
    options = parser.parse_args()
    wrong = []
    two_makes(options.rounds, wrong)
    if options.notebooks:
        notebooks(options.paper, options.notebooks, wrong)
    for line in wrong:
        print(f"WRONG  {line}")
    if not wrong:
        print("every table is that of an undisturbed run")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
