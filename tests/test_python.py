"""Tests of scripts/python.sh: the environment has what was pinned, whatever pip and Python are told elsewhere.

    python3 -I tests/test_python.py [TEST...]

Needs no network: what is pinned is a wheel of a few lines, made here.
"""

import contextlib
import errno
import hashlib
import io
import os
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "scripts")]
import environment as made
from test_setup import Case


class Python(Case):
    """The environment has what was pinned, whatever pip and Python are told elsewhere."""

    def setUp(self):
        super().setUp()
        self.wheels = self.work / "wheels"
        self.wheels.mkdir()
        wheel = self.wheels / "toypackage-1.2-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as file:
            file.writestr("toypackage.py", "def main(): print('toy')\n")
            file.writestr("toypackage-1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: toypackage\nVersion: 1.2\n")
            file.writestr("toypackage-1.2.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            file.writestr("toypackage-1.2.dist-info/entry_points.txt", "[console_scripts]\ntoy = toypackage:main\n")
            file.writestr("toypackage-1.2.dist-info/RECORD", "".join(f"{name},,\n" for name in file.namelist()))
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        self.requirements = self.work / "requirements.txt"
        self.requirements.write_text(f"# Pinned.\ntoypackage==1.2 \\\n    --hash=sha256:{digest}\n"
                                     f"absent==1 ; sys_platform == 'win32' \\\n    --hash=sha256:{digest}\n")
        # An index that is reached as a company's is: by the user's configuration of pip.
        (self.home / "pip.conf").write_text(
            f"[global]\nno-index = true\nfind-links = {self.wheels.as_uri()}\n[install]\nno-binary = :all:\ntarget = {self.work}/t\n")

    def make(self, **variables):
        return self.call(["bash", "scripts/python.sh"], REQUIREMENTS=self.requirements, PIP_CONFIG_FILE=self.home / "pip.conf", **variables)

    def made(self, **variables):
        done = self.make(**variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        return Path(done.stdout[:-1])

    def test_settings_of_pip_and_python(self):
        elsewhere = self.work / "elsewhere"
        (self.work / "path").mkdir()
        (self.work / "path" / "venv.py").write_text("raise SystemExit('not this one')\n")
        place = self.made(
            PIP_TARGET=elsewhere, PIP_PREFIX=elsewhere, PIP_ROOT=elsewhere, PIP_USER=1, PIP_DRY_RUN=1, PIP_NO_BINARY=":all:",
            PIP_REQUIRE_VIRTUALENV=1, PIP_PYTHON="/no/such", PIP_CONSTRAINT="/no/such", PIP_ISOLATED=1, PIP_LOG=elsewhere,
            PYTHONPATH=self.work / "path", PYTHONHOME="/no/such", PYTHONUSERBASE=elsewhere, PYTHONSAFEPATH=1, PYTHONNOUSERSITE="",
            VIRTUAL_ENV="/no/such", CONDA_PREFIX="/no/such", PYTHONPLATLIBDIR="x", PYTHONSTARTUP="/no/such",
        )
        self.assertFalse(elsewhere.exists())
        self.assertFalse((self.work / "t").exists())
        # Programs find their interpreter at the environment's final place, and the interpreter its package.
        self.assertEqual(subprocess.check_output([place / "bin" / "toy"], text=True), "toy\n")
        self.assertEqual([path.name for path in sorted(place.parent.iterdir())], [place.name, "lock"])

        # Found whole, it is kept; found broken, it is made again.
        when = (place / "complete").stat().st_mtime_ns
        self.made()
        self.assertEqual((place / "complete").stat().st_mtime_ns, when)
        self.assertTrue(made.complete(place))
        package = next(place.glob("lib/python*/site-packages/toypackage.py"))
        package.rename(self.work / "away")
        self.assertFalse(made.complete(place))
        (self.work / "away").rename(package)
        self.assertTrue(made.complete(place))
        (place / "bin" / "python").unlink()
        (place / "bin" / "python").symlink_to("/no/such/python")
        self.assertFalse(made.complete(place))
        self.made()
        self.assertEqual(subprocess.check_output([place / "bin" / "toy"], text=True), "toy\n")

    def test_a_package_that_cannot_be_had(self):
        (self.wheels / "toypackage-1.2-py3-none-any.whl").unlink()
        done = self.make()
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        self.assertIn("python: the packages could not be installed", done.stderr.splitlines()[-1])
        self.assertEqual([path.name for path in (self.home / ".cache" / "dae" / "python").iterdir()], ["lock"])

    def test_a_file_system_without_locks(self):
        for number in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
            with mock.patch("fcntl.flock", side_effect=OSError(number, os.strerror(number))):
                said = io.StringIO()
                with contextlib.redirect_stderr(said), made.lock(self.work / "lock"):
                    pass
                self.assertEqual(len(said.getvalue().splitlines()), 1)

    def test_certificates_and_index(self):
        bundle = self.work / "company.pem"
        bundle.write_text("")
        listed = subprocess.CompletedProcess([], 0, "global.index-url='https://x/simple'\ninstall.user='yes'\nglobal.extra-index-url='\\na\\nb'\n", "")
        with mock.patch.dict(os.environ, {"SSL_CERT_FILE": str(bundle), "PIP_USER": "1", "PIP_PROXY": "p", "PYTHONPATH": "x"}, clear=True):
            with mock.patch("subprocess.run", return_value=listed):
                found = made.pip_environment("python")
        self.assertEqual(found, {
            "PIP_INDEX_URL": "https://x/simple", "PIP_EXTRA_INDEX_URL": "a b", "PIP_PROXY": "p", "PIP_CERT": str(bundle),
            "SSL_CERT_FILE": str(bundle), "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        })


if __name__ == "__main__":
    unittest.main(verbosity=1)
