"""Tests of what the notebooks rest on: the checks refuse what they should, and kernels do what a reader needs.

    python scripts/notebooks/tests.py
"""

import copy
import os
import time
import unittest
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory
from threading import Thread

import nbformat
from jupyter_client import KernelManager
from nbformat.v4 import new_code_cell, new_notebook, new_output

import check
import execute
import workspace
from places import NOTEBOOKS, jupyter_environment


def sound():
    """A notebook that nothing is wrong with."""
    settings = new_code_cell("let x = 1;", execution_count=2, metadata={"tags": ["settings"]})
    picture = new_output("execute_result", {"image/svg+xml": "<svg/>"}, execution_count=3)
    figure = new_code_cell("figure(x)", execution_count=3, outputs=[picture], metadata={"tags": ["try-this"]})
    first = new_code_cell(":dep paper", execution_count=1)
    return new_notebook(cells=[first, settings, figure], metadata={"kernelspec": dict(check.KERNEL)})


class Checks(unittest.TestCase):
    """Each thing that must not be committed is found."""

    def setUp(self):
        self.folder = TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "01_x.ipynb"

    def problems(self, notebook):
        nbformat.write(notebook, str(self.path))
        return list(check.problems(self.path, ":dep paper"))

    def marked(self, change=lambda _: None):
        """A sound notebook with its fingerprint, then changed."""
        notebook = sound()
        notebook.metadata["made_from"] = {"profile": "quick", "fingerprint": check.fingerprint(self.path, notebook)}
        change(notebook)
        return self.problems(notebook)

    def finds(self, what, change):
        found = self.marked(change)
        self.assertTrue(any(what in problem for problem in found), f"`{what}` is not in {found}")

    def test_a_sound_notebook_passes(self):
        self.assertEqual(self.marked(), [])

    def test_counts_out_of_order(self):
        self.finds("execution counts", lambda n: n.cells[1].update(execution_count=5))

    def test_no_outputs(self):
        self.finds("no cell has an output", lambda n: n.cells[2].update(outputs=[]))

    def test_an_error(self):
        error = new_output("error", ename="Error", evalue="no", traceback=["no"])
        self.finds("has an error: Error: no", lambda n: n.cells[2].outputs.append(error))

    def test_standard_error(self):
        stream = new_output("stream", name="stderr", text="warning")
        self.finds("standard error: warning", lambda n: n.cells[2].outputs.append(stream))

    def test_an_absolute_path(self):
        # Put together here, so that this file itself names no such path.
        for path in ["/" + name for name in ("home/me/x.csv", "tmp/x")] + ["at C:" + "\\Users", '"/' + 'root/a"']:
            stream = new_output("stream", name="stdout", text=f"wrote {path}\n")
            self.finds("absolute path", lambda n: n.cells[2].outputs.append(stream))
        self.finds("names an absolute path", lambda n: n.cells[1].update(source='let p = "/' + 'home/me";'))

    def test_what_looks_like_a_path_but_is_none(self):
        text = "<svg xmlns='http://www.w3.org/home/2000'> results/tmp/x ../tmp/y a/home/b 1/2"
        stream = new_output("stream", name="stdout", text=text)
        self.assertEqual(self.marked(lambda n: n.cells[2].outputs.append(stream)), [])

    def test_debug_text_in_place_of_a_picture(self):
        text = "Picture { svg: " + "x" * check.LONGEST_TEXT
        value = new_output("display_data", data={"text/plain": text})
        self.finds("no picture or table", lambda n: n.cells[2].outputs.append(value))
        picture = new_output("display_data", data={"text/plain": text, "image/png": "AAAA"})
        self.assertEqual(self.marked(lambda n: n.cells[2].outputs.append(picture)), [])

    def test_another_kernel(self):
        self.finds("the kernel is", lambda n: n.metadata.kernelspec.update(name="python3"))

    def test_another_first_cell(self):
        self.finds("first cell", lambda n: n.cells[0].update(source=":dep dae"))

    def test_missing_tags(self):
        self.finds("tagged `settings`", lambda n: n.cells[1].metadata.clear())
        self.finds("tagged `try-this`", lambda n: n.cells[2].metadata.clear())

    def test_too_large(self):
        self.finds("too large", lambda n: n.cells[2].update(source="x" * check.LARGEST))

    def test_cells_changed_since(self):
        self.finds("present crates and cells", lambda n: n.cells[1].update(source="let x = 2;"))

    def test_another_profile(self):
        self.finds("of the profile smoke", lambda n: n.metadata.made_from.update(profile="smoke"))

    def test_a_fingerprint_changes_with_the_sources_and_the_settings(self):
        before = check.fingerprint(self.path, sound())
        inputs = copy.deepcopy(check._inputs)
        self.addCleanup(check._inputs.update, inputs)
        check._inputs["fig1"]["sources"] = "another"
        self.assertNotEqual(check.fingerprint(self.path, sound()), before)


class Tables(unittest.TestCase):
    """A table that differs from the command's is found."""

    def compare(self, ours, theirs, **arguments):
        with TemporaryDirectory(dir=NOTEBOOKS.parent / "target") as folder:
            folders = Path(folder) / "ours", Path(folder) / "theirs"
            for path, tables in zip(folders, (ours, theirs)):
                path.mkdir()
                for name, text in tables.items():
                    (path / name).write_text(text)
            return execute.compare(*folders, arguments.get("must_compute", True))

    def test_the_same(self):
        self.assertEqual(self.compare({"a.csv": "x\n1\n"}, {"a.csv": "x\n1\n", "b.csv": ""}), ["a.csv"])

    def test_a_different_number(self):
        with self.assertRaisesRegex(execute.Failure, "a.csv differs .*line 2: '1' here, '2' there"):
            self.compare({"a.csv": "x\n1\n"}, {"a.csv": "x\n2\n"})

    def test_a_missing_row(self):
        with self.assertRaisesRegex(execute.Failure, "4 bytes here, 6 there"):
            self.compare({"a.csv": "x\n1\n"}, {"a.csv": "x\n1\n2\n"})

    def test_a_table_that_the_command_does_not_write(self):
        with self.assertRaisesRegex(execute.Failure, "no such table"):
            self.compare({"a.csv": ""}, {})

    def test_no_table_where_there_should_be_one(self):
        with self.assertRaisesRegex(execute.Failure, "nothing to compare"):
            self.compare({}, {"a.csv": ""})
        self.assertEqual(self.compare({}, {}, must_compute=False), [])


class Kernel:
    """A kernel of this clone and what its cells say."""

    def __init__(self):
        self.manager = KernelManager(kernel_name="rust")
        self.manager.start_kernel(cwd=str(NOTEBOOKS))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=900)

    def run(self, code, until="", timeout=300):
        """Everything that a cell says, and whether it succeeds.

        What a cell writes to stderr may come after its reply: with `until` this goes on listening, for a minute at
        most, until the cell has said that.
        """
        said = []

        def hear(message):
            content = message["content"]
            said.append(content.get("text") or content.get("data", {}).get("text/plain") or "")
            said.extend(content.get("traceback", []) + [content.get("evalue", "")])

        reply = self.client.execute_interactive(code, timeout=timeout, output_hook=hear)
        deadline = time.monotonic() + 60
        while until not in check.plain("\n".join(said)) and time.monotonic() < deadline:
            try:
                hear(self.client.get_iopub_msg(timeout=1))
            except Empty:
                pass
        return check.plain("\n".join(said)), reply["content"]["status"] == "ok"

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


class Kernels(unittest.TestCase):
    """What a reader needs of a kernel."""

    def setUp(self):
        self.kernels = []

    def kernel(self):
        kernel = Kernel()
        self.kernels.append(kernel)
        self.addCleanup(kernel.stop)
        return kernel

    def test_after_a_panic_or_an_error_other_variables_are_usable(self):
        kernel = self.kernel()
        prelude = check.prelude(nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4))
        said, ok = kernel.run(prelude)
        self.assertEqual((said.strip(), ok), ("", True))
        self.assertTrue(kernel.run('let words = vec!["kept".to_string()];')[1])
        for code, message in [
            ('panic!("the message of the panic");', "the message of the panic"),
            ('let empty: Vec<u8> = Vec::new(); empty[3]', "index out of bounds"),
            ('let number: i32 = "no number".parse()?;', "invalid digit"),
            ("let number: i32 = words;", "mismatched types"),
            ('dae::theory::Mode::denoising(-1.0, 0.5)?', "lambda"),
        ]:
            with self.subTest(code):
                said, _ = kernel.run(code, until=message)
                after, ok = kernel.run('println!("{words:?}");')
                self.assertIn(message, said)
                self.assertIn('["kept"]', after)
                self.assertTrue(ok)

    def test_two_kernels_at_once(self):
        prelude = check.prelude(nbformat.read(NOTEBOOKS / "00_start_here.ipynb", as_version=4))
        said = {}

        def work(number):
            kernel = self.kernel()
            first = time.monotonic()
            said[number] = [kernel.run(prelude)]
            second = time.monotonic()
            for step in range(3):
                said[number].append(kernel.run(f'let n{step} = {number} * 100 + {step}; println!("{{n{step}}}");'))
            last = time.monotonic()
            print(f"kernel {number} beside another: first cell {second - first:.1f} s, others {(last - second) / 3:.1f} s each")

        threads = [Thread(target=work, args=[number]) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number in (1, 2):
            expected = [("", True)] + [(f"{number * 100 + step}\n", True) for step in range(3)]
            self.assertEqual([(text.strip("\n") + "\n" * bool(text.strip()), ok) for text, ok in said[number]], expected)

    def test_a_kernel_that_ends_leaves_nothing_behind(self):
        folders = workspace.PREPARED / "kernels"
        before = set(folders.glob("*"))
        kernel = Kernel()
        own = set(folders.glob("*")) - before
        self.assertTrue(own)
        kernel.stop()
        # Jupyter kills a kernel that takes its time; what is left then is swept up before the next one starts.
        deadline = time.monotonic() + 120
        while own & set(folders.glob("*")) and time.monotonic() < deadline:
            time.sleep(1)
            workspace.sweep(folders)
        self.assertFalse(own & set(folders.glob("*")))


if __name__ == "__main__":
    os.environ.update(jupyter_environment())
    unittest.main(verbosity=1)
