"""Exports each notebook as one HTML file, with a list of them.

    python scripts/notebooks/export.py --to results/quick/site

The pages need no network and run no script but those of the panels: pictures are in them, and formulas are turned into
MathML.
"""

import argparse
from html import escape
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from places import CLONE, NOTEBOOKS, stop

INDEX = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Notebooks: Learning Dynamics of Linear Denoising Autoencoders</title>
<style>body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }}
:root {{ color-scheme: light dark; }}</style></head>
<body><h1>Notebooks</h1><ol start="0">{entries}</ol></body></html>
"""


class Renderer(IPythonRenderer):
    """Writes formulas as MathML, which browsers draw without a script."""

    def block_math(self, body):
        return convert(body, display="block")

    def inline_math(self, body):
        return convert(body)


class Exporter(HTMLExporter):
    """The usual export with other formulas, and without scripts but those in outputs."""

    @pass_context
    def markdown2html(self, context, source):
        return MarkdownWithMath(renderer=Renderer(escape=False, anchor_link_text="")).render(source)

    def default_filters(self):
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html

    def from_notebook_node(self, notebook, resources=None, **arguments):
        html, resources = super().from_notebook_node(notebook, resources, **arguments)
        page = BeautifulSoup(html, features="html.parser")
        for script in page.find_all("script"):
            if not script.find_parent(class_="jp-OutputArea"):
                script.decompose()
        # Links between notebooks lead to their pages.
        for link in page.select("a[href$='.ipynb']"):
            link["href"] = link["href"].removesuffix(".ipynb") + ".html"
        return str(page), resources


def title(notebook, path):
    """The first heading."""
    lines = (line for cell in notebook.cells if cell.cell_type == "markdown" for line in cell.source.splitlines())
    return next((line.lstrip("# ") for line in lines if line.startswith("# ")), path.stem)


def main(to):
    to.mkdir(parents=True, exist_ok=True)
    entries = ""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        name = title(notebook, path)
        resources = {"metadata": {"name": name}}
        html, _ = Exporter(template_name="lab").from_notebook_node(notebook, resources)
        (to / f"{path.stem}.html").write_text(html, encoding="utf-8")
        entries += f'<li><a href="{path.stem}.html">{escape(name)}</a></li>'
    if not entries:
        stop("there are no notebooks in notebooks/")
    (to / "index.html").write_text(INDEX.format(entries=entries), encoding="utf-8")
    print(f"notebooks as HTML: {(to / 'index.html').relative_to(CLONE)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--to", type=Path, required=True, help="the folder")
    main(parser.parse_args().to.resolve())
