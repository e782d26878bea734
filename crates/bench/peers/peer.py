"""The published algorithm, full-batch gradient descent on X, as one would write it with NumPy or with PyTorch.

    python peer.py LIBRARY BRACKETING FOLDER [DEVICE]

FOLDER holds `case.json` and, as raw little-endian numbers, the pixels (bytes) and the start of the weights. Every line
on standard input is a number of epochs; the answer is one line of JSON with the seconds that they took and the loss
after them. PyTorch may have a DEVICE, `cpu` or `cuda:0`. The measurement is driven by `crates/bench`.
"""

import json
import sys
import time
from pathlib import Path


def read(folder):
    import numpy as np

    case = json.loads((folder / "case.json").read_text())
    N, D, H = case["samples"], case["pixels"], case["hidden"]
    X = np.fromfile(folder / "pixels.u8", dtype=np.uint8).reshape(N, D).astype(np.float32) / np.float32(255)
    W1 = np.fromfile(folder / "encoder.f32", dtype="<f4").reshape(D, H)
    W2 = np.ascontiguousarray(np.fromfile(folder / "decoder.f32", dtype="<f4").reshape(D, H).T)
    return case, X, W1, W2


def squares(R):
    """||R||^2 added up in double precision: a single-precision dot product of 40 million numbers is off by a thousandth."""
    return float((R * R).sum(dtype="f8"))


class NumpyLinear:
    """L = 1/(2N) ||X W1 W2 - X||^2 + s2/2 ||W1 W2||^2, the gradient by hand."""

    def __init__(self, bracketing, case, X, W1, W2):
        self.wide = bracketing == "X(W1W2)"
        self.X, self.W1, self.W2 = X, W1, W2
        self.alpha, self.s2 = case["alpha"], case["noise"]

    def step(self):
        X, W1, W2, N = self.X, self.W1, self.W2, len(self.X)
        if self.wide:
            W = W1 @ W2
            R = X @ W
            R -= X
            dW = X.T @ R / N + self.s2 * W
            dW1, dW2 = dW @ W2.T, W1.T @ dW
        else:
            P = X @ W1
            R = P @ W2
            R -= X
            dW1 = X.T @ (R @ W2.T) / N + self.s2 * (W1 @ (W2 @ W2.T))
            dW2 = P.T @ R / N + self.s2 * ((W1.T @ W1) @ W2)
        self.W1 = W1 - self.alpha * dW1
        self.W2 = W2 - self.alpha * dW2

    def loss(self):
        R = (self.X @ self.W1) @ self.W2 - self.X
        W = self.W1 @ self.W2
        return 0.5 * squares(R) / len(R) + 0.5 * self.s2 * squares(W)


class NumpyRelu:
    """L = mean (relu((X + Z) W1) W2 - X)^2, the gradient by hand."""

    def __init__(self, bracketing, case, X, W1, W2):
        import numpy as np

        # Either the reconstruction is built and sent back through W2, or W2 W2^T is formed first.
        self.gram = bracketing == "P(W2W2^T)"
        self.X, self.W1, self.W2 = X, W1, W2
        self.alpha, self.sigma = case["alpha"], case["noise"]
        self.rng = np.random.default_rng(case["seed"])

    def noisy(self):
        if self.sigma == 0.0:
            return self.X
        Z = self.rng.standard_normal(self.X.shape, dtype=self.X.dtype)
        Z *= self.X.dtype.type(self.sigma)
        Z += self.X
        return Z

    def step(self):
        import numpy as np

        X, W1, W2, Y = self.X, self.W1, self.W2, self.noisy()
        P = np.maximum(Y @ W1, 0)
        if self.gram:
            dP = P @ (W2 @ W2.T) - X @ W2.T
            dW2 = (P.T @ P) @ W2 - P.T @ X
        else:
            R = P @ W2
            R -= X
            dP = R @ W2.T
            dW2 = P.T @ R
        dP[P <= 0] = 0
        scale = 2 * self.alpha / X.size
        self.W1 = W1 - scale * (Y.T @ dP)
        self.W2 = W2 - scale * dW2

    def loss(self):
        import numpy as np

        R = np.maximum(self.noisy() @ self.W1, 0) @ self.W2 - self.X
        return squares(R) / R.size


class Torch:
    """The model as a graph, its gradient by autograd, the step by torch.optim.SGD."""

    def __init__(self, bracketing, case, X, W1, W2, device="cpu"):
        import torch

        torch.set_num_threads(case["threads"])
        torch.manual_seed(case["seed"])
        self.torch, self.bracketing = torch, bracketing
        self.linear, self.noise = case["linear"], case["noise"]
        self.X = torch.from_numpy(X).to(device)
        self.W1 = torch.from_numpy(W1.copy()).to(device).requires_grad_()
        self.W2 = torch.from_numpy(W2.copy()).to(device).requires_grad_()
        self.alpha = case["alpha"]
        self.optimiser = torch.optim.SGD([self.W1, self.W2], lr=self.alpha)

    def objective(self):
        X, W1, W2 = self.X, self.W1, self.W2
        if self.linear:
            if self.bracketing == "X(W1W2)":
                W = W1 @ W2
                penalty = (W * W).sum()
                R = X @ W - X
            else:
                penalty = ((W1.T @ W1) * (W2 @ W2.T)).sum()
                R = (X @ W1) @ W2 - X
            return 0.5 * (R * R).sum() / len(X) + 0.5 * self.noise * penalty
        Y = X if self.noise == 0.0 else X + self.noise * self.torch.randn_like(X)
        return self.torch.nn.functional.mse_loss(self.torch.relu(Y @ W1) @ W2, X)

    def step(self):
        if self.bracketing == "by hand":
            return self.step_by_hand()
        self.optimiser.zero_grad()
        self.objective().backward()
        self.optimiser.step()

    def step_by_hand(self):
        """Without a graph, and in place where that saves a pass over memory."""
        torch, X, W1, W2 = self.torch, self.X, self.W1, self.W2
        with torch.no_grad():
            Y = X if self.noise == 0.0 else torch.randn_like(X).mul_(self.noise).add_(X)
            P = torch.relu_(Y @ W1)
            R = (P @ W2).sub_(X)
            dP = (R @ W2.T).mul_(P > 0)
            scale = 2 * self.alpha / X.numel()
            dW1, dW2 = Y.T @ dP, P.T @ R
            W1.sub_(dW1, alpha=scale)
            W2.sub_(dW2, alpha=scale)

    def loss(self):
        with self.torch.no_grad():
            return float(self.objective())


class TorchEigenbasis:
    """The linear model by hand where the covariance is diagonal; on a card ten epochs are recorded and played back."""

    PLAYED = 10

    def __init__(self, case, X, W1, W2, device):
        import torch

        self.torch, self.alpha, self.s2 = torch, case["alpha"], case["noise"]
        X = torch.from_numpy(X).to(device).double()
        values, U = torch.linalg.eigh(X.T @ X / len(X))
        self.lam = values.float()
        self.A = (U.T @ torch.from_numpy(W1).to(device).double()).float()
        self.B = (torch.from_numpy(W2).to(device).double() @ U).float()
        self.graph = None
        if device != "cpu":
            self.record()

    def record(self):
        """What is recorded is done first on a stream of its own, as it has to be, and undone."""
        torch = self.torch
        start = self.A.clone(), self.B.clone()
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            self.update()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            for _ in range(self.PLAYED):
                self.update()
        self.A.copy_(start[0])
        self.B.copy_(start[1])

    def update(self):
        A, B, lam = self.A, self.B, self.lam[:, None]
        MA = (lam + self.s2) * A
        dA = MA @ (B @ B.T) - lam * B.T
        dB = (A.T @ MA) @ B - (lam * A).T
        A.sub_(dA, alpha=self.alpha)
        B.sub_(dB, alpha=self.alpha)

    def steps(self, epochs):
        played = epochs // self.PLAYED if self.graph else 0
        for _ in range(played):
            self.graph.replay()
        for _ in range(epochs - self.PLAYED * played):
            self.update()

    def loss(self):
        W, lam = self.A.double() @ self.B.double(), self.lam.double()
        R = self.torch.eye(len(lam), device=W.device, dtype=W.dtype) - W
        return float(0.5 * (lam[:, None] * R * R).sum() + 0.5 * self.s2 * (W * W).sum())


class Square:
    """A product of large square matrices: what the card can do at most."""

    def __init__(self, device):
        import torch

        size = 1024 if device == "cpu" else 8192
        self.torch, self.multiply_adds = torch, size**3
        self.A, self.B = (torch.full((size, size), 1e-3, device=device) for _ in range(2))

    def step(self):
        self.torch.mm(self.A, self.A, out=self.B)

    def loss(self):
        return 0.0


def main():
    library, bracketing, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    device = sys.argv[4] if len(sys.argv) > 4 else "cpu"
    case, X, W1, W2 = read(folder)
    if library == "pytorch" and device != "cpu":
        import torch

        torch.backends.cuda.matmul.allow_tf32 = False
    if bracketing == "square":
        peer = Square(device)
    elif bracketing == "eigenbasis":
        peer = TorchEigenbasis(case, X, W1, W2, device)
    elif library == "pytorch":
        peer = Torch(bracketing, case, X, W1, W2, device)
    else:
        peer = (NumpyLinear if case["linear"] else NumpyRelu)(bracketing, case, X, W1, W2)

    def wait():
        if device != "cpu":
            peer.torch.cuda.synchronize()

    def steps(epochs):
        if hasattr(peer, "steps"):
            return peer.steps(epochs)
        for _ in range(epochs):
            peer.step()

    version = __import__({"pytorch": "torch"}.get(library, library)).__version__
    print(json.dumps({"version": str(version), "loss": peer.loss()}), flush=True)
    for line in sys.stdin:
        epochs = int(line)
        wait()
        began = time.perf_counter()
        steps(epochs)
        wait()
        seconds = time.perf_counter() - began
        multiply_adds = float(epochs * getattr(peer, "multiply_adds", 0))
        print(json.dumps({"seconds": seconds, "loss": peer.loss(), "multiply_adds": multiply_adds}), flush=True)


main()
