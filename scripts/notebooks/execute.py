"""Executes the notebooks from top to bottom on fresh kernels and compares the tables that they compute with those of the
`paper` command.

    python scripts/notebooks/execute.py --profile quick [--keep] [NOTEBOOK ...]

A notebook passes if every cell ran, nothing was written to standard error, no absolute path shows, and every table that
it computed is, byte for byte, the one in `results/<profile>/tables`. With `--keep` the notebooks that pass are written
back with their outputs.
"""

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

import check
import places
from check import KERNEL, code_cells
from places import CLONE, NOTEBOOKS, say, stop

# A figure's notebook that computes no table would pass the comparison without having been compared.
FIGURES = tuple(f"{number:02}_" for number in range(1, 8))


class Failure(Exception):
    """Why a notebook does not pass: which cell, and what it said."""


def name_of(cell, notebook):
    """What a reader finds the cell by: its number among the code cells and its first line."""
    number = code_cells(notebook).index(cell) + 1
    line = next((line for line in cell.source.splitlines() if line.strip()), "")
    return f"cell [{number}] `{line.strip()[:60]}`"


class WithoutHeartbeat(AsyncKernelClient):
    """Asks the kernel for no signs of life, for which its process is looked at; a busy one misses some and complains."""

    def start_channels(self):
        super().start_channels(hb=False)


class Client(NotebookClient):
    """Notes how long each cell takes."""

    def create_kernel_manager(self):
        manager = super().create_kernel_manager()
        manager.client_factory = WithoutHeartbeat
        return manager

    async def async_execute_cell(self, cell, cell_index, **arguments):
        started = time.monotonic()
        self.current = cell
        try:
            return await super().async_execute_cell(cell, cell_index, **arguments)
        finally:
            if cell.cell_type == "code":
                self.seconds.append(time.monotonic() - started)


async def run(notebook, profile, tables, timeout):
    """Executes all cells; returns the seconds that each took."""
    client = Client(
        notebook,
        kernel_name="rust",
        timeout=timeout,
        startup_timeout=900,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    client.seconds, client.current = [], None
    environment = os.environ | {
        "DAE_PROFILE": profile,
        "DAE_NOTEBOOK_TABLES": str(tables),
        "DAE_RESULTS": os.environ.get("DAE_RESULTS") or str(CLONE / "results"),
    }
    try:
        await client.async_execute(env=environment)
    except CellExecutionError as error:
        cell = client.current
        shown = [check.text_of(output) for output in cell.outputs if output.output_type == "error"]
        raise Failure(f"{name_of(cell, notebook)}: {check.plain(shown[0] if shown else str(error)).strip()}")
    except CellTimeoutError:
        raise Failure(f"{name_of(client.current, notebook)}: not done after {timeout} s; raise --timeout or make it do less")
    except DeadKernelError:
        raise Failure(f"{name_of(client.current, notebook)}: the kernel died; run the cell in `make lab` to see why")
    except (RuntimeError, NoSuchKernel) as error:
        raise Failure(f"the kernel did not start: {error}")
    return client.seconds


def normalise(notebook):
    """Makes two executions with the same results the same file: counts from 1, nothing of the kernel's own."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "rust", "file_extension": ".rs", "mimetype": "text/rust"}}
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
            if output.output_type == "stream":
                # A line that took the place of a longer one ends with blanks.
                output.text = re.sub(r" +$", "", output.text, flags=re.MULTILINE)


def compare(computed, reference, must_compute):
    """Compares the tables in one folder with those of the command; returns their names."""
    names = sorted(path.name for path in computed.glob("*"))
    if must_compute and not names:
        raise Failure("no table was computed, so that there is nothing to compare with the command's")
    for name in names:
        if not (reference / name).exists():
            raise Failure(f"table {name}: the command has written no such table to {reference.relative_to(CLONE)}")
        ours, theirs = (computed / name).read_bytes(), (reference / name).read_bytes()
        if ours != theirs:
            raise Failure(f"table {name} differs from {(reference / name).relative_to(CLONE)}, {difference(ours, theirs)}")
    return names


def difference(ours, theirs):
    """Where two tables differ first."""
    pairs = zip(ours.decode().splitlines(), theirs.decode().splitlines())
    for number, (mine, other) in enumerate(pairs, start=1):
        if mine != other:
            return f"first in line {number}: {mine!r} here, {other!r} there"
    return f"{len(ours)} bytes here, {len(theirs)} there"


async def execute(path, options):
    """Executes, checks, compares, and keeps one notebook; the line that says how it went."""
    started = time.monotonic()
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as tables:
        seconds = await run(notebook, options.profile, Path(tables), options.timeout)
        normalise(notebook)
        problems = list(check.problems_of_outputs(notebook))
        if problems:
            raise Failure("; ".join(problems))
        reference = Path(options.results) / options.profile / "tables"
        names = compare(Path(tables), reference, path.name.startswith(FIGURES))
    if options.keep:
        notebook.metadata["made_from"] = {"profile": options.profile, "fingerprint": check.fingerprint(path, notebook)}
        beside = path.with_suffix(".new")
        nbformat.write(notebook, str(beside))
        beside.replace(path)
    first, rest = seconds[0], seconds[1:] or [0.0]
    tables = f"; as the command writes them: {', '.join(names)}" if names else ""
    took = f"{time.monotonic() - started:.0f} s (first cell {first:.0f} s, slowest of the others {max(rest):.0f} s)"
    return f"{len(seconds)} cells in {took}{tables}"


async def main(options):
    places.adopt(places.jupyter_environment())
    paths = [Path(name).resolve() for name in options.notebooks] or sorted(NOTEBOOKS.glob("*.ipynb"))
    if not paths:
        stop("there are no notebooks in notebooks/")
    side_by_side = asyncio.Semaphore(options.jobs)
    failed = 0

    async def one(path):
        nonlocal failed
        async with side_by_side:
            try:
                line = await execute(path, options)
                say(f"pass  {path.name}: {line}")
            except Failure as failure:
                failed += 1
                say(f"FAIL  {path.name}, {failure}")

    await asyncio.gather(*map(one, paths))
    say(f"notebooks at profile {options.profile}: {len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--profile", default="quick", choices=["smoke", "quick", "paper"])
    parser.add_argument("--results", default=str(CLONE / "results"), help="the folder that the command wrote to")
    parser.add_argument("--keep", action="store_true", help="write the notebooks back with their outputs")
    parser.add_argument("--timeout", type=int, default=600, help="seconds that a cell may take")
    parser.add_argument("--jobs", type=int, default=1, help="notebooks at a time")
    parser.add_argument("notebooks", nargs="*", help="all by default")
    sys.exit(asyncio.run(main(parser.parse_args())))
