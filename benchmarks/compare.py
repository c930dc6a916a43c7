"""Time bpcore beside its peers: ``python -m benchmarks`` (or ``make bench``).

One process a contender, all pinned to one core; rounds interleaved; CPU time; medians. The weights
of every contender are compared with ours before its time counts. Peers that are not installed are
left out: ``pip install -e .[bench]`` fetches them. Ratios are printed; everything goes into a cell
of the appendix on speed, and the loop beside the whole batch into one of chapter 11.
"""

import contextlib
import json
import math
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import nbformat
import numpy as np

CHAPTERS = Path(__file__).parents[1] / "chapters"
CORE = max(os.sched_getaffinity(0))
PACKAGES = ("numpy", "scikit-learn", "torch", "jax", "autograd", "micrograd")


def serve(pipe, name):
    """Be one contender: wait for a workload, train, tell the CPU time and the weights."""
    os.sched_setaffinity(0, {CORE})
    from benchmarks.contenders import CONTENDERS, WORKLOADS

    runs = {}
    while (workload := pipe.recv()) is not None:
        w = WORKLOADS[workload]
        try:
            if workload not in runs:
                runs.clear()  # one workload in memory at a time
                runs[workload] = CONTENDERS[name](w)
            run = runs[workload]
            if run is None:
                pipe.send(None)
                continue
            once = cpu_time(run.set_up) if run.set_up else 0.0
            spent = cpu_time(run.train, w.epochs) - once
            pipe.send((spent / (w.epochs - bool(run.set_up)), run.weights()))
        except ImportError as error:
            pipe.send(str(error))


def cpu_time(work, *arguments):
    """Give the CPU seconds of one call."""
    start = time.process_time()
    work(*arguments)
    return time.process_time() - start


def compare(rounds):
    """Give the median seconds an epoch for every workload and contender."""
    from benchmarks.contenders import CONTENDERS, WORKLOADS

    context = multiprocessing.get_context("spawn")
    pipes = {}
    for name in CONTENDERS:
        pipes[name], end = context.Pipe()
        context.Process(target=serve, args=(end, name), daemon=True).start()
    table = {}
    for workload in WORKLOADS:
        times, weights, missing = {}, {}, set()
        for k in range(rounds + 1):  # round 0 warms up, and its weights are compared
            for name, pipe in pipes.items():
                if name in missing:
                    continue
                pipe.send(workload)
                answer = pipe.recv()
                if answer is None or isinstance(answer, str):
                    missing.add(name)
                elif k == 0:
                    weights[name] = answer[1]
                else:
                    times.setdefault(name, []).append(answer[0])
        for name in weights:  # source 001 trains the quadratic cost: it has its own reference
            if name != "loop of source 001":
                off = np.abs(weights[name] - weights["bpcore"]).max()
                if off > 1e-8:
                    raise SystemExit(f"{workload}: the weights of {name} differ by {off:.1e}")
        table[workload] = {name: median(values) for name, values in times.items()}
        ratios = {n: round(t / table[workload]["bpcore"], 2) for n, t in table[workload].items()}
        print(
            workload, f"bpcore {table[workload]['bpcore'] * 1e6:.1f} us/epoch;", ratios, flush=True
        )
    for pipe in pipes.values():
        pipe.send(None)
    return table


def seconds(work, repeat=5):
    """Give the median CPU seconds of work()."""
    return median(cpu_time(work) for _ in range(repeat))


def step_time(n, m, least=0.2):
    """Give the CPU seconds of one full-batch step of bpcore.train."""
    import bpcore

    rng = np.random.default_rng(0)
    net = bpcore.init_network(n, rng=1)
    X, Y = rng.normal(size=(n[0], m)), 1.0 * (rng.random((1, m)) < 0.5)

    def run(steps):
        bpcore.train(net, X, Y, learning_rate=0.1, epochs=steps, record=False)

    once = seconds(lambda: run(1), 1)
    few, many = 1, 1 + max(2, math.ceil(least / max(once, 1e-5)))
    return (seconds(lambda: run(many), 3) - seconds(lambda: run(few), 3)) / (many - few)


def fit(x, y):
    """Give the exponent of y ~ x^e by least squares on the logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def scaling():
    """Give the time of a step in m, in width and in depth, with the exponents."""
    ms = [1, 16, 256, 1024, 4096, 16384, 65536]
    per_sample = [step_time((30, 16, 1), m) / m * 1e9 for m in ms]
    widths = [64, 128, 256, 512, 1024, 2048]
    by_width = [step_time((w, w, w, 1), 256) * 1e6 for w in widths]
    depths = [1, 2, 4, 8, 16]
    by_depth = [step_time((64,) * (k + 1) + (1,), 256) * 1e6 for k in depths]
    return {
        "m": {"x": ms, "ns per sample": per_sample},
        "width": {"x": widths, "us": by_width, "exponent": fit(widths[3:], by_width[3:])},
        "depth": {"x": depths, "us": by_depth, "exponent": fit(depths[2:], by_depth[2:])},
    }


def peak():
    """Give the share of the np.dot peak that the products of workloads D and E reach."""
    A = np.random.default_rng(0).normal(size=(1024, 1024))
    shares = {}
    for name, n, m in (("D", (784, 128, 64, 1), 256), ("E", (1024, 1024, 1024, 1), 1024)):
        products = 2 * sum(n[i] * n[i - 1] for i in range(1, len(n)))  # W a and delta aᵀ
        products += sum(n[i] * n[i - 1] for i in range(2, len(n)))  # Wᵀ delta, not for layer 0
        rates = [2 * 1024**3 / seconds(lambda: np.dot(A, A), 9)]
        step = step_time(n, m, least=1.0)
        rates.append(2 * 1024**3 / seconds(lambda: np.dot(A, A), 9))  # before and after: it drifts
        shares[name] = 2 * m * products / step / np.mean(rates)
    return shares


def short_calls():
    """Give what calls for one and for three epochs of D cost, counted in later epochs."""
    from benchmarks.contenders import WORKLOADS, ours

    costs = {}
    for record in (False, True):
        run = ours(WORKLOADS["D"], record)
        one, three, five = (min(cpu_time(run.train, k) for _ in range(2)) for k in (1, 3, 5))
        later = (five - one) / 4
        costs["recording" if record else "no record"] = {
            "one epoch": one / later,
            "three epochs": three / later,
        }
    return costs


def sweeps():
    """Give the seconds of 40 trainings of 500 steps, at once and one by one."""
    import bpcore

    rates = np.geomspace(0.01, 10, 40)
    data = bpcore.moons(200, rng=0)
    net = bpcore.init_network([2, 4, 1], rng=1)

    def separate():
        for rate in rates:
            W, b, L = list(net.W), list(net.b), net.L
            for _ in range(500):
                a, delta = [data.X] + [None] * L, [None] * (L + 1)
                for i in range(1, L + 1):
                    z = W[i] @ a[i - 1] + b[i]
                    a[i] = 1 / (1 + np.exp(-z))
                np.mean(np.logaddexp(0, z) - data.Y * z)
                delta[L] = a[L] - data.Y
                for i in range(L - 1, 0, -1):
                    delta[i] = (W[i + 1].T @ delta[i + 1]) * a[i] * (1 - a[i])
                for i in range(1, L + 1):
                    W[i] = W[i] - rate * (delta[i] @ a[i - 1].T) / 200
                    b[i] = b[i] - rate * delta[i].mean(axis=1, keepdims=True)

    def together():
        bpcore.sweep(net, data.X, data.Y, learning_rates=rates, steps=500)

    result = {"bpcore.sweep": seconds(together), "40 plain trainings": seconds(separate)}
    with contextlib.suppress(ImportError):  # a peer that is not installed is left out
        result["JAX vmap"] = jax_sweep(net, data, rates)
    return result


def jax_sweep(net, data, rates):
    """Give the seconds of the same sweep by jax.vmap over a compiled scan."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    start = [(jnp.array(net.W[i]), jnp.array(net.b[i])) for i in range(1, net.L + 1)]
    X, Y = jnp.array(data.X), jnp.array(data.Y)

    def cost(layers):
        a = X
        for k, (W, b) in enumerate(layers):
            z = W @ a + b
            a = jax.nn.sigmoid(z) if k + 1 < len(layers) else z
        return jnp.mean(jnp.maximum(a, 0) - a * Y + jnp.log1p(jnp.exp(-jnp.abs(a))))

    def run(rate):
        def one(layers, _):
            J, slopes = jax.value_and_grad(cost)(layers)
            return jax.tree.map(lambda p, g: p - rate * g, layers, slopes), J

        return jax.lax.scan(one, start, None, length=500)[1]

    compiled, rates = jax.jit(jax.vmap(run)), jnp.array(rates)
    compiled(rates).block_until_ready()
    return seconds(lambda: compiled(rates).block_until_ready())


def import_ratio():
    """Give the CPU time of a process that imports bpcore, divided by one that imports NumPy."""

    def process(code):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    pairs = [(process("import bpcore"), process("import numpy")) for _ in range(15)]
    return median(ours for ours, _ in pairs) / median(theirs for _, theirs in pairs)


def sigmoid_cost():
    """Give the nanoseconds an element of bpcore.sigmoid on a large array."""
    import bpcore

    z = np.random.default_rng(0).normal(0, 5, 32768)
    return {
        "checked": seconds(lambda: [bpcore.sigmoid(z) for _ in range(50)]) / 50 / z.size * 1e9,
        "inside train": seconds(lambda: [bpcore.sigmoid.function(z) for _ in range(50)])
        / 50 / z.size * 1e9,
    }  # fmt: skip


def machine():
    """Name the processor and the versions."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].split(":")[1].strip() if names else cpu
    versions = {"Python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return {"processor": cpu, "versions": versions}


def main(rounds=5):
    """Run everything and write it into the book."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ.pop("OPENBLAS_CORETYPE", None)
    if "BENCH_PINNED" not in os.environ:  # thread counts are read when NumPy is imported
        os.environ["BENCH_PINNED"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks"])
    results = {"machine": machine(), "seconds": compare(rounds)}
    os.sched_setaffinity(0, {CORE})
    for name, measure in (
        ("sweep", sweeps),
        ("scaling", scaling),
        ("peak", peak),
        ("short calls", short_calls),
        ("sigmoid", sigmoid_cost),
        ("import", import_ratio),
    ):
        results[name] = measure()
        print(name, json.dumps(results[name]), flush=True)
    write_cell("speed.ipynb", results)
    loop = "loop of source 001"
    ratios = {w: t[loop] / t["bpcore"] for w, t in results["seconds"].items() if loop in t}
    write_cell("11_many_samples.ipynb", ratios)


def write_cell(name, results):
    """Write results, to four digits, into the cell with the tag `measured` of a notebook."""
    notebook = nbformat.read(CHAPTERS / name, as_version=4)
    (cell,) = (c for c in notebook.cells if "measured" in c.metadata.get("tags", ()))
    rounded = json.loads(json.dumps(results), parse_float=lambda text: float(f"{float(text):.4g}"))
    cell.source = f"measured = {json.dumps(rounded, indent=1)}"
    nbformat.write(notebook, CHAPTERS / name)
