"""Starts JupyterLab on this machine only, with its token, at notebook 00.

    python scripts/notebooks/lab.py [options of jupyter lab]
"""

import json
import os
import sys
from pathlib import Path

import places
import workspace
from places import CLONE, JUPYTER, jupyter_environment

FIRST = "notebooks/00_start_here.ipynb"


def command(root=CLONE, *options):
    """The command line; only connections from this machine are accepted, and only with the token that Jupyter makes up."""
    # Neither news nor updates are looked for: opening a notebook contacts nobody.
    workspace.write(
        JUPYTER / "config" / "labconfig" / "page_config.json",
        json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}),
    )
    return [
        str(Path(sys.executable).with_name("jupyter-lab")),
        "--ip=127.0.0.1",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        # A kernel whose crates were changed builds them first.
        "--MappingKernelManager.kernel_info_timeout=900",
        "--KernelManager.shutdown_wait_time=10",
        # In a container everybody is root, which Jupyter otherwise refuses; it is reached from this machine only.
        *(["--allow-root"] if os.geteuid() == 0 else []),
        *options,
    ]


if __name__ == "__main__":
    with places.in_one_line():
        line = command(CLONE, *sys.argv[1:])
    os.execve(line[0], line, jupyter_environment())
