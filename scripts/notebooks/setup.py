"""Sets up what the notebooks need: the Rust kernel for Jupyter, its registration in this clone, and the built crates.

    python scripts/notebooks/setup.py

Does nothing that is done already.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import places
import workspace
from places import CACHE, CLONE, EVCXR_VERSION, JUPYTER, stop


def find_evcxr():
    """The kernel at its pinned version, or None: on the path, where cargo installs, or in the cache."""
    found = shutil.which("evcxr_jupyter")
    roots = [Path(found).parents[1]] if found else []
    roots += [Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo"), evcxr_root()]
    for root in roots:
        # cargo writes down beside its bin folder what it has installed.
        installed = root / ".crates.toml"
        if installed.exists() and f'"evcxr_jupyter {EVCXR_VERSION} ' in installed.read_text():
            return str(root / "bin" / "evcxr_jupyter")
    return None


def evcxr_root():
    return CACHE / f"evcxr-{EVCXR_VERSION}"


def install_evcxr():
    with workspace.locked(CACHE / "evcxr.lock"):
        if find_evcxr():
            return
        print(f"Building the Rust kernel for Jupyter, evcxr_jupyter {EVCXR_VERSION}, once: 5 to 10 minutes", flush=True)
        command = ["cargo", "install", "--quiet", "--locked", "evcxr_jupyter", "--version", EVCXR_VERSION]
        with tempfile.TemporaryDirectory() as target:
            build = {"CARGO_TARGET_DIR": target, "CARGO_BUILD_BUILD_DIR": target, "RUSTFLAGS": "", "RUSTC_WRAPPER": ""}
            where = ["--root", evcxr_root(), "--target", workspace.host()]
            done = subprocess.run([*command, *where], env=places.environment(**build))
        if done.returncode:
            stop(f"the kernel could not be installed, see above; try it by hand: {' '.join(command)}")


def find_library_sources():
    """evcxr finds the types of variables with the sources of the standard library, a component of its own in rustup."""
    sysroot = subprocess.check_output(["rustc", "--print", "sysroot"], text=True).strip()
    sources = Path(sysroot) / "lib" / "rustlib" / "src" / "rust" / "library"
    if sources.is_dir():
        return
    add = ["rustup", "component", "add", "rust-src"]
    if places.offline() or not shutil.which("rustup") or subprocess.run(add).returncode:
        stop(f"{sources}, the sources of the standard library, are missing; with rustup: {' '.join(add)}")


def register_kernel():
    """Writes the kernel's description into the clone, where JUPYTER_PATH leads Jupyter."""
    description = {
        # Whatever starts it, its Python reads neither PYTHONPATH nor the user's own packages.
        "argv": [sys.executable, "-E", "-s", str(CLONE / "scripts" / "notebooks" / "kernel.py"), "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "signal",
        "env": {"DAE_CACHE_DIR": str(CACHE)},
    }
    workspace.write(JUPYTER / "share" / "kernels" / "rust" / "kernel.json", json.dumps(description, indent=1) + "\n")


def main():
    find_library_sources()
    if not find_evcxr():
        install_evcxr()
    register_kernel()
    if not (workspace.PREPARED / "workspace" / "complete").exists():
        print("Building the crates for the notebooks, once: a few minutes", flush=True)
    if not workspace.prepare():
        stop("the crates could not be built for the notebooks, see above")


if __name__ == "__main__":
    with places.in_one_line():
        main()
