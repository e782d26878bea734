#!/usr/bin/env python3
"""Kills the `paper` command again and again, at random moments, and insists that nothing comes of it.

Figures 5 and 6 at `smoke` and the fetching of the data from a local mirror are killed (SIGKILL) or stopped (SIGINT)
and begun again. All the while a watcher reads every file that can be seen: each has to be whole. Whenever a task gets
to its end, and once more at the end of all, its tables have to be those of an undisturbed run and nothing else may have
been left. Then the disk is filled up and made read-only, where a file system may be mounted.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ("mnist", "cifar10")
# Temporary files may be half; nobody else reads them.
HIDDEN = (".writing-",)


def whole(path: Path) -> str | None:
    """What is wrong with a file that can be seen, if anything is."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None  # it has just been replaced or removed
    try:
        match path.suffix:
            case ".json":
                json.loads(content)
            case ".csv":
                text = content.decode()
                if not text.endswith("\n") or len({len(row) for row in csv.reader(text.splitlines())}) != 1:
                    return "is cut off"
            case ".svg":
                if not content.rstrip().endswith(b"</svg>"):
                    return "is cut off"
            case ".png":
                if not content.endswith(b"IEND\xaeB`\x82"):
                    return "is cut off"
            case ".checkpoint":
                header, state = content.split(b"\n", 1)
                if json.loads(header)["sha256"] != hashlib.sha256(state).hexdigest():
                    return "is not what its header says"
            case ".lock":
                pass
            case _:
                return "is of no known kind"
    except (ValueError, KeyError) as error:
        return f"cannot be read: {error}"
    return None


def visible(folder: Path) -> list[Path]:
    found = []
    for place, _, names in os.walk(folder):
        found += [Path(place, name) for name in names if not name.startswith(HIDDEN)]
    return sorted(found)


class Watcher(threading.Thread):
    """Reads everything below a folder, over and over."""

    def __init__(self, look):
        super().__init__(daemon=True)
        self.look, self.looks, self.wrong, self.over = look, 0, [], threading.Event()

    def run(self):
        while not self.over.is_set():
            for path, problem in self.look():
                self.looks += 1
                if problem:
                    self.wrong.append(f"{path} {problem}")
            time.sleep(0.002)


class Figure:
    """A figure, in a folder of its own."""

    def __init__(self, paper: Path, name: str, work: Path, cache: Path):
        self.paper, self.name, self.cache = paper, name, cache
        self.folder = work / name

    def command(self, results: Path | None = None) -> list[str]:
        arguments = ["run", self.name, "--profile", "smoke", "--checkpoint-every", "0.001"]
        return [str(self.paper), *arguments, "--results", str(results or self.folder)]

    def environment(self) -> dict[str, str]:
        return dict(os.environ, DAE_CACHE_DIR=str(self.cache), DAE_OFFLINE="1", OPENBLAS_NUM_THREADS="1")

    def begin_anew(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def look(self):
        places = visible(self.folder) + visible(self.cache / "eigenvectors")
        return [(path, whole(path)) for path in places]

    def outcome(self, results: Path | None = None) -> dict[str, str]:
        """Every file that is there, hidden ones as well, with what has to be the same in each run."""
        folder = results or self.folder
        found = {}
        for place, _, names in os.walk(folder):
            for name in names:
                path = Path(place, name)
                key = path.relative_to(folder).as_posix()
                content = path.read_bytes()
                if "/tables/" in key or "/figures/" in key:
                    found[key] = hashlib.sha256(content).hexdigest()
                elif "/runs/" in key and path.suffix == ".json":
                    result = json.dumps(json.loads(content)["result"])
                    found[key] = hashlib.sha256(result.encode()).hexdigest()
                else:
                    found[key] = "there"
        return found


class Data(Figure):
    """The data sets on their way from a mirror into a cache; they are whole when they have their sizes."""

    def __init__(self, paper: Path, work: Path, mirror: Path):
        super().__init__(paper, "data", work, work / "data")
        self.mirror = mirror
        self.sizes = {path.relative_to(mirror).as_posix(): path.stat().st_size for path in visible(mirror)}

    def command(self, results: Path | None = None) -> list[str]:
        return [str(self.paper), "data", "fetch"]

    def environment(self) -> dict[str, str]:
        return dict(super().environment(), DAE_DATA_MIRROR=str(self.mirror))

    def look(self):
        found = []
        for dataset in DATA:
            for path in visible(self.folder / dataset):
                key = path.relative_to(self.folder).as_posix()
                good = path.exists() and path.stat().st_size == self.sizes.get(key)
                found.append((path, None if good or not path.exists() else "is not whole"))
        return found

    def outcome(self, results: Path | None = None) -> dict[str, str]:
        found = {}
        for place, _, names in os.walk(self.folder):
            for name in names:
                path = Path(place, name)
                key = path.relative_to(self.folder).as_posix()
                with path.open("rb") as file:
                    found[key] = hashlib.file_digest(file, "sha256").hexdigest()
        return found


def undisturbed(task: Figure) -> tuple[dict[str, str], float]:
    started = time.monotonic()
    done = subprocess.run(task.command(), env=task.environment(), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{task.name}, undisturbed: {done.stdout}{done.stderr}")
    outcome = task.outcome(), time.monotonic() - started
    task.begin_anew()
    return outcome


def same(found: dict[str, str], expected: dict[str, str]) -> list[str]:
    ignored = lambda key: key.endswith(".lock")
    keys = {key for key in found.keys() | expected.keys() if not ignored(key)}
    return sorted(f"{key}: {expected.get(key, 'should not be there')}, found {found.get(key, 'nothing')}"
                  for key in keys if found.get(key) != expected.get(key))


def disturb(tasks: list[Figure], kills: int, chance: random.Random) -> bool:
    # Twice, because the first run also computes what it keeps in the cache.
    for task in tasks:
        undisturbed(task)
    expected = {task.name: undisturbed(task) for task in tasks}
    for task in tasks:
        files, seconds = expected[task.name]
        print(f"{task.name}: undisturbed in {seconds:.1f} s, {len(files)} files", flush=True)
    counts = {task.name: dict.fromkeys(("SIGKILL", "SIGINT", "too late", "ended", "restarts that went on"), 0) for task in tasks}
    wrong, looks, hit = [], 0, 0

    def judge(task: Figure):
        counts[task.name]["ended"] += 1
        wrong.extend(f"{task.name}: {line}" for line in same(task.outcome(), expected[task.name][0]))
        task.begin_anew()

    while hit < kills and not wrong:
        task = chance.choice(tasks)
        which = chance.choice((signal.SIGKILL, signal.SIGINT))
        moment = chance.uniform(0, expected[task.name][1])
        watcher = Watcher(task.look)
        watcher.start()
        process = subprocess.Popen(task.command(), env=task.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            said = process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            process.send_signal(which)
            said = process.communicate()
        watcher.over.set()
        watcher.join()
        looks += watcher.looks
        wrong.extend(f"{task.name}, seen meanwhile: {line}" for line in watcher.wrong)
        counts[task.name]["restarts that went on"] += said[1].count("going on from")
        if process.returncode == 0:
            counts[task.name]["too late"] += 1
            judge(task)
        elif process.returncode in (-which, 130 if which == signal.SIGINT else None):
            counts[task.name][which.name] += 1
            hit += 1
            if hit % 20 == 0:
                print(f"{hit} interruptions so far, {len(wrong)} findings", flush=True)
        else:
            wrong.append(f"{task.name}: ended with {process.returncode} after {which.name}: {said[1]}")
    for task in tasks:
        done = subprocess.run(task.command(), env=task.environment(), capture_output=True, text=True)
        if done.returncode:
            wrong.append(f"{task.name}: could not be finished: {done.stderr}")
        else:
            judge(task)
    for name, count in counts.items():
        print(f"{name}: " + ", ".join(f"{what} {number}" for what, number in count.items()))
    print(f"{hit} interruptions; {looks} files read meanwhile", flush=True)
    for line in wrong:
        print(f"WRONG  {line}")
    return not wrong


def mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0


def disks(task: Figure, work: Path) -> bool:
    """A file system that is full, and one that is read-only."""
    disk = work / "disk"
    disk.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)):
        print("skipped: no file system may be mounted here, so that none can be full or read-only")
        return True
    run = lambda: subprocess.run(task.command(disk), env=task.environment(), capture_output=True, text=True)
    contents = lambda: {str(path): path.read_bytes() for path in visible(disk)}
    wrong = []

    def refused(done, what: str, before: dict[str, bytes]):
        said = done.stderr.strip()
        if done.returncode != 1 or str(disk) not in said or what not in said:
            wrong.append(f"expected a refusal with `{what}`: code {done.returncode}, {said}")
        print(f"code {done.returncode}: {said.splitlines()[-1] if said else ''}")
        now = contents()
        wrong.extend(f"{path} was lost" for path in before if before[path] != now.get(path))
        wrong.extend(f"{path} {whole(Path(path))}" for path in now if whole(Path(path)))

    try:
        task.begin_anew()
        expected, _ = undisturbed(task)
        refused(run(), "No space left on device", {})
        mount("-o", "remount,size=64m", str(disk))
        done = run()
        if done.returncode:
            wrong.append(f"with room again: {done.stderr}")
        wrong.extend(same(task.outcome(disk), expected))
        before = contents()
        mount("-o", "remount,ro", str(disk))
        command = task.command(disk) + ["--fresh"]
        done = subprocess.run(command, env=task.environment(), capture_output=True, text=True)
        refused(done, "Read-only file system", before)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    for line in wrong:
        print(f"WRONG  {line}")
    if not wrong:
        print("full and read-only disks are named, and nothing is lost on them")
    return not wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2018)
    parser.add_argument("--paper", type=Path, default=ROOT / "target/release/paper")
    options = parser.parse_args()
    cache = Path(subprocess.run([options.paper, "data", "path"], check=True, capture_output=True, text=True).stdout.strip())
    print(f"{options.kills} interruptions, seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="interruption-") as name:
        work = Path(name)
        tasks = [Figure(options.paper, "fig5", work, work / "cache")]
        (work / "cache").mkdir()
        if all((cache / dataset).is_dir() for dataset in DATA):
            for dataset in DATA:
                shutil.copytree(cache / dataset, work / "cache" / dataset)
                shutil.copytree(cache / dataset, work / "mirror" / dataset)
            tasks.append(Figure(options.paper, "fig6", work, work / "cache"))
            tasks.append(Data(options.paper, work, work / "mirror"))
        else:
            print(f"skipped: Figure 6 and fetching, because the images are not in {cache}")
        good = disturb(tasks, options.kills, random.Random(options.seed))
        return 0 if disks(tasks[0], work) and good else 1


if __name__ == "__main__":
    sys.exit(main())
