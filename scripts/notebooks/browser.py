"""Looks at the notebooks as a reader does: JupyterLab in a headless Chromium.

    python scripts/notebooks/browser.py --chromium COMMAND [--pictures FOLDER]

Opens notebook 01, restarts the kernel and runs all cells, looks for the figure, changes a setting and looks for another
figure; and asks the server for a page without its token, and as a page of another origin would.
"""

import argparse
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests
from playwright.sync_api import sync_playwright

import lab
from places import CLONE, JUPYTER, NOTEBOOKS, jupyter_environment, stop

NOTEBOOK = "01_learning_dynamics.ipynb"
TOKEN = "a-token-for-this-test-only"
# A line for the cell of the settings: with this noise the figure has other panels.
CHANGE = ("let settings = settings.check()?;", "settings.epsilon = vec![0.0, 0.5, 2.0];\nlet settings = settings.check()?;")
SLOW = 300


class Failure(Exception):
    """What a reader would not see."""


def expect(condition, otherwise):
    if not condition:
        raise Failure(otherwise)


def copy_of_notebooks():
    """JupyterLab saves what it opens, so that it is given a copy; the crates are found beside it as usual."""
    root = JUPYTER / "browser"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(NOTEBOOKS, root / "notebooks")
    (root / "crates").symlink_to(CLONE / "crates")
    (root / "data").symlink_to(CLONE / "data")
    return root


@contextlib.contextmanager
def server(root):
    """JupyterLab as `make lab` starts it, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = open(root / "jupyter.log", "w")
    environment = jupyter_environment() | {"JUPYTER_TOKEN": TOKEN, "DAE_RESULTS": str(CLONE / "results")}
    # The test asks JupyterLab itself what its cells hold.
    options = ["--no-browser", "--expose-app-in-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    process = subprocess.Popen(lab.command(root, *options), env=environment, stdout=log, stderr=log)
    try:
        for _ in range(240):
            if process.poll() is not None:
                stop(f"JupyterLab ended at once, see {log.name}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.5)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def refuses_strangers(port):
    """Nothing without the token, nothing for another origin, nothing from other machines."""
    files, events = "/api/contents", "/api/events/subscribe"

    def answer(path, cookies=None, **headers):
        with requests.Session() as session:
            session.trust_env = False
            url = f"http://127.0.0.1:{port}{path}"
            return session.get(url, headers=headers, cookies=cookies, allow_redirects=False, stream=True, timeout=30)

    token, elsewhere = {"Authorization": f"token {TOKEN}"}, {"Origin": "http://elsewhere.example"}
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    expect(answer(files, **token).status_code == 200, "the token is not accepted")
    # What the user's browser sends from now on, whatever page asks it to.
    cookies = answer(f"/lab?token={TOKEN}").cookies
    here = {"Origin": f"http://127.0.0.1:{port}"}
    expect(answer(events, cookies, **upgrade, **here).status_code == 101, "JupyterLab itself cannot open a socket")
    for what, found in [
        ("a request without a token", answer(files)),
        ("a wrong token", answer(files, Authorization="token wrong")),
        ("a request of another origin's page", answer(files, **elsewhere)),
        ("a socket of another origin's page", answer(events, cookies, **upgrade, **elsewhere)),
        ("another host name", answer(files, **token, Host="elsewhere.example")),
    ]:
        expect(found.status_code in (403, 404), f"{what} is answered with {found.status_code}")
    for address in {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}:
        if not address.startswith("127."):
            with contextlib.suppress(OSError):
                socket.create_connection((address, port), timeout=2).close()
                raise Failure(f"the server listens on {address}, which other machines can reach")
    print("pass  strangers are refused: no token, a wrong one, another origin, another host, another address")


class Page:
    """Notebook 01 in JupyterLab."""

    def __init__(self, browser, port, pictures):
        self.pictures = pictures
        self.page = browser.new_page(viewport={"width": 1400, "height": 1000})
        self.page.set_default_timeout(60_000)
        self.page.goto(f"http://127.0.0.1:{port}/lab/tree/notebooks/{NOTEBOOK}?token={TOKEN}")
        self.page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
        # Without a kernel, "restart" would ask for one.
        self.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=1000 * SLOW
        )

    def picture(self, name):
        if self.pictures:
            self.page.screenshot(path=str(self.pictures / f"{name}.png"))

    def restart_and_run_all(self):
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile("^Restart Kernel and Run All Cells")).click()
        self.page.get_by_role("button", name="Confirm Kernel Restart").or_(
            self.page.get_by_role("button", name="Restart", exact=True)
        ).first.click()

    def state(self):
        """What the notebook's model says, which holds cells that are scrolled out of sight, too."""
        return self.page.evaluate(
            """() => {
                const panel = window.jupyterapp.shell.currentWidget;
                const cells = panel.content.model.sharedModel.cells.filter(cell => cell.cell_type === 'code');
                return {
                    kernel: panel.sessionContext.session?.kernel?.status,
                    cells: cells.map(cell => ({
                        source: cell.source, count: cell.execution_count, outputs: cell.toJSON().outputs,
                    })),
                };
            }"""
        )

    def wait_until_run(self):
        """Waits until every cell has run, or one has failed, since which the others do not."""
        deadline = time.monotonic() + SLOW
        while time.monotonic() < deadline:
            state = self.state()
            errors = [output for cell in state["cells"] for output in cell["outputs"] if output["output_type"] == "error"]
            if errors:
                raise Failure(f"a cell fails: {errors[0]['evalue'] or errors[0]['traceback']}")
            if state["kernel"] == "idle" and all(cell["count"] for cell in state["cells"]):
                return state["cells"]
            time.sleep(0.5)
        raise Failure(f"the cells have not run after {SLOW} s")

    def clear(self):
        self.page.get_by_role("menuitem", name="Edit", exact=True).click()
        self.page.get_by_role("menuitem", name="Clear Outputs of All Cells").click()

    def figure(self, cells):
        """The figure that the last cell calling `figure::figure` shows, and that it is drawn."""
        number = max(index for index, cell in enumerate(cells) if "figure::figure(" in cell["source"])
        data = [output.get("data", {}) for output in cells[number]["outputs"]]
        expect(any("image/svg+xml" in d or "image/png" in d or "text/html" in d for d in data), "no figure in the output")
        self.page.evaluate(
            """number => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                const codes = notebook.widgets.map((cell, index) => [cell, index]).filter(([cell]) => cell.model.type === 'code');
                notebook.activeCellIndex = codes[number][1];
                return notebook.scrollToItem(codes[number][1], 'start');
            }""",
            number,
        )
        drawn = self.page.locator(".jp-Cell.jp-mod-active .jp-OutputArea-output").locator("img, svg").first
        drawn.wait_for()
        box = drawn.bounding_box()
        expect(box["width"] > 200 and box["height"] > 100, f"the figure is {box['width']} by {box['height']} pixels")
        return data

    def move_panel(self):
        """The panel, by the keyboard."""
        slider = self.page.locator(".dae-panel.live input[type=range]").first
        self.page.evaluate(
            """() => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                const index = notebook.widgets.findIndex(cell => cell.model.sharedModel.source.includes('notebook.panel('));
                return notebook.scrollToItem(index, 'start');
            }"""
        )
        slider.wait_for()
        curves = "() => [...document.querySelectorAll('.dae-panel.live path.curve[data-model]')].map(path => path.getAttribute('d'))"
        before = self.page.evaluate(curves)
        expect(len(before) == 2, f"the panel has {len(before)} curves instead of 2")
        slider.click()
        for _ in range(20):
            self.page.keyboard.press("ArrowLeft")
        after = self.page.evaluate(curves)
        expect(before != after and len(after) == 2, "the arrow keys move no curve of the panel")
        # In JupyterLab they fold sections, too.
        expect(slider.is_visible(), "the arrow keys fold the section that the panel is in")

    def change_setting(self):
        changed = self.page.evaluate(
            """([before, after]) => {
                const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells;
                const cell = cells.find(cell => (cell.metadata.tags || []).includes('settings'));
                if (!cell.source.includes(before)) return false;
                cell.setSource(cell.source.replace(before, after));
                return true;
            }""",
            list(CHANGE),
        )
        expect(changed, f"the cell tagged `settings` has no line `{CHANGE[0]}`")


def reads_and_changes(page):
    started = time.monotonic()
    page.clear()
    page.restart_and_run_all()
    figure = page.figure(page.wait_until_run())
    page.picture("figure")
    print(f"pass  {NOTEBOOK} runs from a fresh kernel in {time.monotonic() - started:.0f} s and shows its figure")
    page.move_panel()
    page.picture("panel")
    print("pass  the panel's slider is reached by the keyboard and moves its curves")
    page.change_setting()
    page.clear()
    page.restart_and_run_all()
    changed = page.figure(page.wait_until_run())
    page.picture("changed-setting")
    expect(changed != figure, "the figure is the same with another setting")
    print("pass  another setting draws another figure")


def main(chromium, pictures):
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with server(copy_of_notebooks()) as port, sync_playwright() as playwright:
        refuses_strangers(port)
        # Chromium's sandbox needs a user other than root.
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=os.geteuid() != 0)
        page = Page(browser, port, pictures)
        try:
            reads_and_changes(page)
        except Exception:
            page.picture("failure")
            raise
        finally:
            browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--chromium", required=True, help="the browser's command")
    parser.add_argument("--pictures", type=Path, help="folder for screenshots")
    try:
        main(**vars(parser.parse_args()))
    except Failure as error:
        sys.exit(f"FAIL  {error}")
