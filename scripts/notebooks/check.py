"""Checks the committed notebooks without running them.

    python scripts/notebooks/check.py

Each has outputs of the profile `quick` that belong to the present crates and cells, in order, without errors, noise or
anything of the machine that made them.
"""

import functools
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat

from places import CLONE, GIVEN, NOTEBOOKS, say, stop

LARGEST = 1_000_000
# What a viewer shows as more than text.
RICH = ("text/html", "text/latex", "text/markdown", "image/")
KERNEL = {"display_name": "Rust", "language": "rust", "name": "rust"}
EXPECTED = ["00_", "01_", "02_", "03_", "04_", "05_", "06_", "07_", "08_"]
# The beginnings of absolute paths; in a picture's numbers and letters they do not occur with a name behind them.
ABSOLUTE = re.compile(r"(?:(?<![\w./:])/(?:home|root|tmp|Users|usr|var|private|work|opt|mnt)/[\w.-]+)|(?:\b[A-Z]:\\\\?\w+)")
# What the outputs of every notebook depend on besides its figure, and what those without a figure do.
SHOWN_BY = ["crates/paper/src/show/notebook", "crates/paper/src/show/number.rs", "crates/paper/src/show/panel.rs",
            "crates/paper/templates/dynamics.js", "crates/paper/templates/panel.css", "crates/paper/templates/panel.html",
            "crates/paper/templates/panel.js"]
DATA = ["crates/dae/src/data", "crates/dae/src/files.rs", "crates/paper/src/experiments/common/spectra.rs",
        "crates/paper/src/own"]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def plain(text):
    """Without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def text_of(output):
    """Everything that an output says, whatever its kind."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join([f"{output.ename}: {output.evalue}", *output.traceback])
    return "\n".join(value if isinstance(value, str) else json.dumps(value) for value in output.data.values())


def problems_of_outputs(notebook):
    """What is wrong with the outputs of an executed notebook, one line for each thing."""
    cells = code_cells(notebook)
    counts = [cell.execution_count for cell in cells]
    if counts != list(range(1, len(cells) + 1)):
        yield f"execution counts are {counts}, not 1 to {len(cells)}"
    if not any(cell.outputs for cell in cells):
        yield "no cell has an output"
    for number, cell in enumerate(cells, start=1):
        for output in cell.outputs:
            text = plain(text_of(output))
            if output.output_type == "error":
                yield f"cell [{number}] has an error: {text.strip()[:400]}"
            elif output.output_type == "stream" and output.name == "stderr":
                yield f"cell [{number}] writes to standard error: {text.strip()[:400]}"
            elif only_text(output):
                yield (
                    f"cell [{number}] shows text and no picture or table: {text.strip()[:60]}... "
                    "(its last expression must not move a variable of the cell)"
                )
            if found := ABSOLUTE.search(text):
                yield f"cell [{number}] shows an absolute path: {found[0]}"


def only_text(output):
    """Whether a value is shown as nothing but text: the kernel falls back to Rust's debug text where it cannot do better."""
    shown = output.output_type in ("display_data", "execute_result")
    return shown and not any(kind.startswith(RICH) and content for kind, content in output.data.items())


def problems_of_cells(notebook):
    """What is wrong with the cells as they were written."""
    if notebook.metadata.get("kernelspec") != KERNEL:
        yield f"the kernel is {notebook.metadata.get('kernelspec')}, not {KERNEL}"
    if any(not cell.get("id") for cell in notebook.cells):
        yield "a cell has no id"
    for number, cell in enumerate(code_cells(notebook), start=1):
        if found := ABSOLUTE.search(cell.source):
            yield f"cell [{number}] names an absolute path: {found[0]}"


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def prelude(notebook):
    """The first code cell, which is the same everywhere."""
    return next((cell.source for cell in code_cells(notebook)), None)


@functools.cache
def inputs():
    """What the results of each figure depend on at `quick`: settings, seed, data and sources, as the command says."""
    paper = CLONE / "target" / "release" / "paper"
    if not paper.exists():
        stop(f"{paper} is not there; run make build")
    # It refuses to say so if it was built from other sources than those beside it.
    output = subprocess.run([paper, "inputs", "--profile", "quick"], cwd=CLONE, env=GIVEN, stdout=subprocess.PIPE)
    if output.returncode != 0:
        stop("the command cannot be used, see above")
    # Which images are in the cache of this machine does not count.
    return {figure: own | {"images": None} for figure, own in json.loads(output.stdout).items()}


def sources(places):
    """All files at some places of the clone, in order, without lines that are comments."""
    for place in sorted(CLONE / place for place in places):
        for path in sorted(place.rglob("*.rs")) or [place]:
            lines = path.read_bytes().splitlines(keepends=True)
            code = b"".join(line for line in lines if not line.lstrip().startswith(b"//"))
            yield path.relative_to(CLONE).as_posix(), code


def fingerprint(path, notebook):
    """Of everything that the outputs of a notebook depend on: they are current as long as it stays the same.

    That is its cells; what the command says its figure depends on; and the sources that show things in notebooks. For those
    without a figure it is what all figures depend on, the loaders of the data, and what is made of the user's own.
    """
    figure, figures = f"fig{int(path.name[:2])}", inputs()
    digest = hashlib.sha256()
    parts = [cell.source.encode() for cell in code_cells(notebook)]
    parts.append(json.dumps(figures.get(figure, figures), sort_keys=True).encode())
    for name, content in sources(SHOWN_BY if figure in figures else SHOWN_BY + DATA):
        parts += [name.encode(), content]
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


def problems(path, first_cell):
    """Everything that is wrong with one committed notebook."""
    size = path.stat().st_size
    if size >= LARGEST:
        yield f"{size / 1e6:.1f} MB is too large, less than 1 MB is allowed: draw fewer points, or show a PNG"
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        yield f"not a valid notebook: {error}"
        return
    yield from problems_of_cells(notebook)
    yield from problems_of_outputs(notebook)
    if prelude(notebook) != first_cell:
        yield "its first cell is not that of 00_start_here.ipynb"
    figure = not path.name.startswith("00_")
    if figure and len(tagged(notebook, "settings")) != 1:
        yield f"{len(tagged(notebook, 'settings'))} cells are tagged `settings`, not one"
    if figure and not tagged(notebook, "try-this"):
        yield "no cell is tagged `try-this`"
    made_from = notebook.metadata.get("made_from", {})
    if made_from.get("profile") != "quick":
        yield f"its outputs are of the profile {made_from.get('profile')}, not of quick: run make notebooks"
    elif made_from.get("fingerprint") != fingerprint(path, notebook):
        yield "its outputs are not those of the present crates and cells: run make notebooks"


def main():
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    there = {path.name[:3] for path in paths}
    found = [f"{NOTEBOOKS.name}/: there is no notebook {start}..." for start in EXPECTED if start not in there]
    for path in paths:
        first_cell = prelude(nbformat.read(paths[0], as_version=4))
        found += [f"{path.name}: {problem}" for problem in problems(path, first_cell)]
    for line in found:
        say(f"FAIL  {line}")
    say(f"committed notebooks: {len(paths)} checked, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
