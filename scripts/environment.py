"""Makes a Python environment of pinned packages, unless it is there and whole, and prints its path; see python.sh.

    python -I scripts/environment.py FOLDER REQUIREMENTS [--offline]

Nothing of the user's Python or pip settings gets into it: of those of pip, what says how to reach the package index is
taken over, and nothing else. It counts as complete when its interpreter runs and everything that was installed is there.
"""

import ast
import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# What pip may take over from the user's variables (PIP_INDEX_URL ...) and configuration files.
NETWORK = ("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "proxy", "cert", "client-cert", "timeout",
           "default-timeout", "retries", "cache-dir", "no-cache-dir", "keyring-provider")
# Certificates that other programs are told to trust, in the order in which pip and curl would look.
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
SYSTEM_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem")


def stop(message):
    """Ends the program: one line that says what to do next."""
    sys.exit(f"python: {message}")


def identity(requirements):
    """The name of the environment: the interpreter's version, and a hash of it and of the requirements."""
    digest = hashlib.sha256(requirements.read_bytes())
    digest.update((sys.base_prefix + sys.version).encode())
    return f"{sys.version_info[0]}.{sys.version_info[1]}-{digest.hexdigest()[:16]}"


def interpreter(environment):
    return environment / "bin" / "python"


def private_environment():
    """The environment variables without those of Python and pip."""
    foreign = ("PIP_", "PYTHON", "__PYVENV", "VIRTUAL_ENV", "CONDA_PREFIX")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def call(*command, **options):
    """Runs a program without the user's settings; whatever it says may be looked at."""
    return subprocess.run(command, **{"env": private_environment(), "capture_output": True, "text": True, **options})


def contents(environment):
    """The names of all packages and programs, one a line: what a look at two folders can tell."""
    folders = [environment / "bin", *environment.glob("lib/python*/site-packages")]
    return "".join(sorted(f"{path.relative_to(environment)}\n" for folder in folders for path in folder.iterdir()
                          if path.name != "__pycache__"))


def complete(environment):
    """Whether everything that was there when it was made is there now, and its interpreter runs."""
    check = "import os, sys; sys.exit(not os.path.samefile(sys.prefix, sys.argv[1]))"
    try:
        then = set((environment / "complete").read_text().splitlines())
        now = set(contents(environment).splitlines())
        return bool(then) and then <= now and not call(interpreter(environment), "-I", "-c", check, environment).returncode
    except OSError:
        return False


def pip_environment(python):
    """The variables under which pip installs: those of the network from the user's settings, none of the others."""
    configured = private_environment()
    if os.environ.get("PIP_CONFIG_FILE"):
        configured["PIP_CONFIG_FILE"] = os.environ["PIP_CONFIG_FILE"]
    listed = call(python, "-I", "-m", "pip", "config", "list", env=configured)
    if listed.returncode:
        stop("pip cannot read its configuration: `pip config debug` names its files; mend them or set PIP_CONFIG_FILE=/dev/null")
    settings = {}
    for section in ("global.", "install."):
        for line in listed.stdout.splitlines():
            key, _, value = line.partition("=")
            if key.startswith(section) and key.removeprefix(section) in NETWORK:
                settings[key.removeprefix(section)] = " ".join(str(ast.literal_eval(value)).split("\n")).strip()
    variables = {name: "PIP_" + name.upper().replace("-", "_") for name in NETWORK}
    settings |= {name: os.environ[variable] for name, variable in variables.items() if variable in os.environ}
    if "cert" not in settings:
        told = [os.environ[name] for name in CERTIFICATES if os.environ.get(name)]
        # A company's own authority is among the system's, which pip by itself does not read on every Linux.
        system = SYSTEM_CERTIFICATES if sys.platform == "linux" else ()
        found = next(filter(os.path.isfile, [*told, *system]), None)
        if found:
            settings["cert"] = found
    taken = {variables[name]: value for name, value in settings.items()}
    return private_environment() | taken | {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@contextlib.contextmanager
def lock(path):
    """Holds a lock, so that one process makes the environment and others find it made, where the file system has locks.

    Without, two at once do the work twice and no harm, because each makes its own and renames it.
    """
    with open(path, "w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EIO, errno.EPERM, errno.EACCES):
                raise
            print(f"python: no locks on the file system of {path} ({error.strerror}); going on without", file=sys.stderr)
        yield


def make(environment, requirements):
    """Makes the environment beside its place, looks whether it is right, and moves it there."""
    beside = Path(tempfile.mkdtemp(prefix=f"{environment.name}.new-", dir=environment.parent))
    try:
        seen = {"capture_output": False, "stdout": sys.stderr}
        if call(sys.executable, "-I", "-m", "venv", beside, **seen).returncode:
            stop(f"no environment could be made in {environment.parent}, see above")
        pip = [interpreter(beside), "-I", "-m", "pip"]
        install = ["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement", requirements]
        if call(*pip, *install, env=pip_environment(pip[0]), **seen).returncode:
            stop("the packages could not be installed, see above; run it again when the package index can be reached")
        check = call(*pip, "check")
        if check.returncode:
            stop(f"the packages in {requirements} do not go together: {check.stdout.strip().splitlines()[0]}")
        # Programs begin with the path of their interpreter.
        for program in (beside / "bin").iterdir():
            if not program.is_symlink() and program.is_file():
                program.write_bytes(program.read_bytes().replace(os.fsencode(beside), os.fsencode(environment)))
        (beside / "complete").write_text(contents(beside))
        beside.chmod(0o755)
        if environment.exists():
            # Another process without a lock may have been faster; what is broken makes room.
            if complete(environment):
                return
            broken = Path(tempfile.mkdtemp(prefix=f"{environment.name}.old-", dir=environment.parent))
            environment.rename(broken / "environment")
            shutil.rmtree(broken, ignore_errors=True)
        try:
            beside.rename(environment)
        except OSError:
            if not complete(environment):
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def main():
    folder, requirements, *offline = sys.argv[1:]
    folder, requirements = Path(folder), Path(requirements)
    try:
        environment = folder / identity(requirements)
        if not complete(environment):
            if offline:
                stop(f"there is no Python environment for {requirements}, and nothing is fetched offline; run it once without OFFLINE")
            folder.mkdir(parents=True, exist_ok=True)
            with lock(folder / "lock"):
                if not complete(environment):
                    print(f"python: making the environment of {requirements}, once", file=sys.stderr, flush=True)
                    make(environment, requirements)
    except OSError as error:
        stop(f"{error.filename or folder}: {error.strerror}; set CACHE to a folder that can be written")
    print(environment)


if __name__ == "__main__":
    main()
