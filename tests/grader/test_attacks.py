"""Hostile notebooks: none gets marks for what it attacks, none leaves a trace, others keep theirs.

The code below runs in the box only: every test takes the fixture `box`, which skips where there is
none. Each attack is the answer to `weighted_input`; the other answers are honest and come after it.
"""

import pytest

NAME = "weighted_input"
MARK = "bpgrader-attack-mark"
WRONG = "def weighted_input(W, b, A):\n    return W @ A\n"

# these look around and raise if they find something
LOOKS = ("reads host files", "writes outside", "environment variables", "network", "privilege")
# name -> code of the answer cell; what the attack is after
ATTACKS = {
    # faked verdicts
    "prints a verdict": WRONG + 'print(\'{"finished": true, "score": 1}\')',
    "patched numpy.testing": WRONG
    + "import numpy.testing as t\nt.assert_allclose = t.assert_array_equal = lambda *a, **k: None",
    "patched allclose and isclose": WRONG
    + "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True\nnp.abs = lambda x: 0 * x",
    "patched json": WRONG
    + "import json\nold = json.dumps\n"
    + 'json.dumps = lambda v, **k: old({**v, "passed": True, "points": 99, "status": "passed"})',
    "forged events": WRONG
    + "import os\nfor fd in range(3, 30):\n    try:\n"
    + "        for k in range(20):\n"
    + '            os.write(fd, b\'{"done": %d, "outcomes": [{"value": 1}], '
    + '"status": "passed"}\\n\' % k)\n'
    + "        os.write(fd, b'{\"finished\": true}\\n')\n    except OSError:\n        pass\n",
    "patched encode in the driver": WRONG
    + "import sys\nm = sys._getframe(1).f_globals\nm['encode'] = lambda *a: float('nan')",
    "patched builtins": WRONG + "import builtins\nbuiltins.all = builtins.any = lambda *a: True",
    # looking for the expected values
    "frames": "import sys\ndef weighted_input(W, b, A):\n    f = sys._getframe()\n"
    "    while f:\n        for n in ('expected', 'want', 'reference', 'answer'):\n"
    "            if n in f.f_locals or n in f.f_globals:\n"
    "                return f.f_locals.get(n, f.f_globals.get(n))\n        f = f.f_back\n"
    "    return None",
    "gc search": "import gc\ndef weighted_input(W, b, A):\n"
    "    shape = (W.shape[0], A.shape[1])\n"
    "    for o in gc.get_objects():\n"
    "        if isinstance(o, dict) and ('want' in o or 'expected' in o):\n"
    "            return o.get('want', o.get('expected'))\n"
    "        if isinstance(o, np.ndarray) and o.shape == shape:\n            return o\n"
    "    return None",
    "reference in bpcore": "from bpcore import forward, Network\n"
    "def weighted_input(W, b, A):\n    return forward(Network([None, W], [None, b]), A).z[1]",
    "bpcore by another road": "import importlib, os, sys\n"
    "def weighted_input(W, b, A):\n"
    "    for root in ['/root', '/home', '/usr', '/env', '/']:\n"
    "        for folder, _, files in os.walk(root):\n"
    "            if 'network.py' in files:\n"
    "                sys.path.insert(0, os.path.dirname(folder))\n"
    "    m = importlib.import_module('bpcore.network')\n"
    "    return m.forward(m.Network([None, W], [None, b]), A).z[1]",
    # exotic return values
    "masked array": "def weighted_input(W, b, A):\n"
    "    return np.ma.masked_all((W.shape[0], A.shape[1]))",
    "equal to everything": "class Same:\n    __array_priority__ = 1e9\n"
    "    def __eq__(self, other): return True\n    def __sub__(self, other): return 0.0\n"
    "    def __abs__(self): return 0.0\n    def __float__(self): return 0.0\n"
    "    def __array__(self, *a, **k): return np.zeros((2, 2))\n"
    "def weighted_input(W, b, A):\n    return Same()",
    "subclass of float": "class F(float):\n    def __eq__(self, o): return True\n"
    "def weighted_input(W, b, A):\n    return F(1)",
    "subclass of ndarray": "class B(np.ndarray):\n"
    "    def __sub__(self, o): return np.zeros(o.shape)\n"
    "def weighted_input(W, b, A):\n    return (W @ A).view(B)",
    "object array": "def weighted_input(W, b, A):\n    return np.array([[object()]], dtype=object)",
    "nan": "def weighted_input(W, b, A):\n    return np.full((W.shape[0], A.shape[1]), np.nan)",
    "inf": "def weighted_input(W, b, A):\n    return np.full((W.shape[0], A.shape[1]), np.inf)",
    "complex": "def weighted_input(W, b, A):\n    return W @ A + b + 0j",
    "text": "def weighted_input(W, b, A):\n    return (W @ A + b).astype(str)",
    "huge int": "def weighted_input(W, b, A):\n    return 10**5000",
    "endless list": "def weighted_input(W, b, A):\n    x = []\n    x.append(x)\n    return x",
    "large array": "def weighted_input(W, b, A):\n    return np.zeros((3000, 3000))",
    "generator": "def weighted_input(W, b, A):\n    yield W @ A + b",
    # exits and signals
    "sys.exit": "import sys\nsys.exit(0)",
    "os._exit": "import os\nos._exit(0)",
    "exit in the call": "import os\ndef weighted_input(W, b, A):\n    os._exit(0)",
    "segmentation fault": "import ctypes\nctypes.string_at(0)",
    "kills everything": "import os\nos.kill(-1, 9)",
    "kills its parent": "import os\nos.kill(1, 9)\nos.kill(os.getppid(), 9)\nos.abort()",
    "exception with a nasty text": "class E(BaseException):\n    def __str__(self): raise self\n"
    "def weighted_input(W, b, A):\n    raise E",
    # host
    "reads host files": "import os\nfound = {}\ndef weighted_input(W, b, A):\n"
    "    for p in ['/etc/passwd', '/etc/shadow', '/root', '/home', '/var', '/proc/1']:\n"
    "        try: os.stat(p); raise SystemExit('saw ' + p)\n        except OSError: pass\n",
    "writes outside": "import os\n"
    f"for p in ['/', '/usr', '/env', '/env/site', '/dev', '/usr/lib', '/tmp', '/dev/shm']:\n"
    f"    try: open(p + '/{MARK}', 'w').write('x')\n    except OSError: pass\n" + WRONG,
    "environment variables": "import os\n"
    "assert not set(os.environ) - {'PATH', 'HOME', 'LD_LIBRARY_PATH', "
    "'OPENBLAS_NUM_THREADS', 'LANG', 'PWD', 'BPGRADER_TEST'}, dict(os.environ)\n" + WRONG,
    "network": "import socket\n"
    "for host in ['127.0.0.1', '10.0.0.1', '8.8.8.8']:\n"
    "    for port in (22, 53, 80):\n        try: socket.create_connection((host, port), 0.2)\n"
    "        except OSError: pass\n        else: raise SystemExit('reached ' + host)\n" + WRONG,
    "privilege": "import os, ctypes\nlibc = ctypes.CDLL(None)\n"
    "assert os.getuid() != 0\n"
    "for f in (lambda: os.setuid(0), lambda: os.chroot('/'), lambda: os.mknod('/tmp/d', 24576)):\n"
    "    try: f()\n    except OSError: pass\n    else: raise SystemExit('may')\n"
    "assert libc.unshare(0x10000000) and libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)\n" + WRONG,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_gets_no_marks_and_leaves_nothing(name, attack):
    result = attack(ATTACKS[name])
    if name in LOOKS:  # its assertions about the box hold, else it would have stopped
        assert result.by_name[NAME]["status"] == "wrong", result.by_name[NAME]
    others = [e for e in result.exercises if e["name"] != NAME]
    spoilt = ("patched", "forged", "kills")  # these harm the answers that share their box
    if not name.startswith(spoilt):
        assert all(e["status"] == "passed" for e in others), others
