"""What rust-analyzer, with which evcxr finds the types of a cell's variables, is told about the crates.

    python metadata.py CARGO metadata [options of cargo metadata]

It would read all packages that the crates depend on, and look for trait implementations in each: half a minute before
the first cell. So `cargo metadata` names it the packages whose types a cell meets, and those that cells ask for with a
`:dep` line of their own. The type of a variable that needs another one has to be written down in the cell.
"""

import json
import subprocess
import sys

# The crates of this clone, and others whose types are in what they offer.
MET = {"dae", "paper", "plot", "ndarray", "num-complex", "num-traits", "rand", "rand_chacha", "rand_core", "serde", "serde_core"} | {
    f"polars{name}" for name in ("", "-arrow", "-buffer", "-compute", "-core", "-dtype", "-error", "-schema", "-utils")
}


def pruned(metadata, ours=("dae", "paper", "shared")):
    """The answer of `cargo metadata` for the crate of a cell, with fewer packages."""
    names = {package["id"]: package["name"] for package in metadata["packages"]}
    depends = {node["id"]: node["dependencies"] for node in metadata["resolve"]["nodes"]}
    members = metadata["workspace_members"]
    kept = {one for one in names if names[one] in MET} | set(members)
    wanted = [one for cell in members if names[cell] == "ctx" for one in depends[cell] if names[one] not in ours]
    while wanted:
        one = wanted.pop()
        kept.add(one)
        wanted += [other for other in depends[one] if other not in kept]
    metadata["packages"] = [package for package in metadata["packages"] if package["id"] in kept]
    metadata["resolve"]["nodes"] = [node for node in metadata["resolve"]["nodes"] if node["id"] in kept]
    for node in metadata["resolve"]["nodes"]:
        node["dependencies"] = [one for one in node["dependencies"] if one in kept]
        node["deps"] = [one for one in node["deps"] if one["pkg"] in kept]
    return metadata


if __name__ == "__main__":
    done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
    metadata = json.loads(done.stdout) if done.returncode == 0 else {}
    # Without dependencies (`--no-deps`) there is no graph.
    if metadata.get("resolve"):
        done.stdout = json.dumps(pruned(metadata)).encode()
    sys.stdout.buffer.write(done.stdout)
    sys.exit(done.returncode)
