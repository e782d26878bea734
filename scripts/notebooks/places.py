"""Where things are: the clone, the cache that clones share, and what belongs to this clone in it."""

import hashlib
import os
import sys
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]
NOTEBOOKS = CLONE / "notebooks"
# Everything that Jupyter would write to the home directory goes here; git ignores it, and `make clean` removes it.
JUPYTER = CLONE / "target" / "jupyter"
CACHE = Path(os.environ.get("DAE_CACHE_DIR") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dae")
EVCXR_VERSION = "0.22.0"
# The crates are known to cargo by their path, so that two clones cannot share what was built of them.
PREPARED = CACHE / "notebooks" / hashlib.sha256(str(CLONE).encode()).hexdigest()[:16]


def stop(message):
    """Ends the program: one line that says what to do next."""
    sys.exit(f"notebooks: {message}")


def jupyter_environment():
    """The environment in which Jupyter finds the kernel of this clone and writes nothing to the home directory."""
    return os.environ | {
        "DAE_CACHE_DIR": str(CACHE),
        "JUPYTER_PATH": str(JUPYTER / "share"),
        "JUPYTER_DATA_DIR": str(JUPYTER / "data"),
        "JUPYTER_RUNTIME_DIR": str(JUPYTER / "runtime"),
        "JUPYTER_CONFIG_DIR": str(JUPYTER / "config"),
        "IPYTHONDIR": str(JUPYTER / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }
