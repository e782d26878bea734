"""Starts the Rust kernel of this clone: Jupyter runs this with the name of its connection file.

The kernel gets a copy of the built crates of its own (see workspace.py), which is removed when it ends. If something in
`crates/` was changed it is built first, so that restarting the kernel picks it up.
"""

import os
import signal
import subprocess
import sys

import workspace
from places import CLONE, NOTEBOOKS
from setup import find_evcxr


def kernels_of_blas():
    return subprocess.check_output([CLONE / "target" / "release" / "paper", "machine", "--kernels"], text=True).strip()


def main(connection_file):
    # Without a lock the compiler's messages appear in the log; a cell that uses the crates shows them to the reader.
    workspace.prepare(quiet=True)
    folder, lock = workspace.new_folder()
    # Where the standard library is as a shared one, against which evcxr links the cells. Its own way of saying so, rpath,
    # is in the profile that cargo ignores.
    search = "DYLD_FALLBACK_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    libraries = subprocess.check_output(["rustc", "--print", "target-libdir"], text=True).strip()
    environment = os.environ | {
        search: os.pathsep.join(filter(None, [libraries, os.environ.get(search)])),
        "EVCXR_TMPDIR": str(workspace.private(folder)),
        "EVCXR_CONFIG_DIR": str(NOTEBOOKS),
        # The kernels of BLAS that the command uses, which knows better than BLAS where the processor is the newer one.
        "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE") or kernels_of_blas(),
        # evcxr would bring the kernel that it finds installed there to its own taste.
        "JUPYTER_PATH": str(folder / "none"),
    }
    # The kernel holds the lock, too: its copy is in use as long as either of the two lives.
    kernel = subprocess.Popen(
        [find_evcxr(), "--control_file", connection_file], env=environment, pass_fds=[lock.fileno()]
    )
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda number, _: kernel.send_signal(number))
    code = kernel.wait()
    # Jupyter kills what does not end within seconds, so another process does it. What evcxr's helper still writes is
    # swept up before the next kernel starts.
    subprocess.Popen(["rm", "-rf", str(folder)], start_new_session=True, close_fds=True)
    sys.exit(code)


main(*sys.argv[1:])
