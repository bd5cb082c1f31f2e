#!/usr/bin/env python3
"""Runs clients that other people wrote against the simulated server.

    tests/peers/run.py [NAME...]        NAME: chatexchange, sechat; all of them without one

It makes a virtual environment under the target folder, starts the server, and runs each client in a process of its
own. `PEER_SERVER` in the environment names a server that runs already; `PEER_COMMAND` another command to start one,
which must print a line with its http:// address first.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
SERVE = ["cargo", "run", "--quiet", "-p", "sechat-cli", "--", "serve", "--json", "--until-eof",
         "--account", "bot@example.com:correct horse:Bot", "--account", "ada@example.com:analytical engine:Ada",
         "--room", "Sandbox", "--room", "Other Room"]
COMMAND = shlex.split(os.environ["PEER_COMMAND"]) if "PEER_COMMAND" in os.environ else SERVE
PEERS = {"chatexchange": "chatexchange_peer.py", "sechat": "sechat_peer.py"}
PEER_SECONDS = 240


def environment():
    """The Python of a virtual environment with the pinned clients."""
    place = TARGET / "peers"
    python = place / "bin" / "python"
    stamp = place / "installed.txt"
    wanted = (HERE / "requirements.txt").read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    venv.create(place, with_pip=True, clear=True)
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary", ":all:", "-r", HERE / "requirements.txt"]
    done = subprocess.run(install, timeout=300, check=False)
    if done.returncode != 0:
        sys.exit("the clients could not be installed from PyPI: see above")
    stamp.write_text(wanted)
    return python


def start_server():
    """The process, and the address that it prints."""
    process = subprocess.Popen(
        COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True)
    giving_up = threading.Timer(600, process.kill)
    giving_up.start()
    address = None
    for line in process.stdout:
        address = re.search(r"http://[\w.:\[\]-]+", line)
        if address:
            break
    giving_up.cancel()
    if not address:
        sys.exit("the server did not start: " + shlex.join(COMMAND))
    # Whatever else it prints must not fill the pipe.
    threading.Thread(target=lambda: process.stdout.read(), daemon=True).start()
    return process, address.group()


def stop_server(process):
    """Asks it to end by closing its input; one that does not listen to that is ended with what it has started."""
    process.stdin.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=10)


def run_peer(python, name, address):
    """How many checks of this client passed and failed."""
    print(f"== {name}", flush=True)
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    clean = {key: value for key, value in os.environ.items() if key.lower() not in proxies}
    clean.update(PEER_SERVER=address, PYTHONWARNINGS="ignore", PYTHONPATH=str(HERE), PYTHONDONTWRITEBYTECODE="1")
    passed = failed = 0
    try:
        done = subprocess.run(
            [python, HERE / PEERS[name]], env=clean, timeout=PEER_SECONDS, capture_output=True, text=True, check=False)
        output, errors, code = done.stdout, done.stderr, done.returncode
    except subprocess.TimeoutExpired as late:
        decode = lambda part: part.decode(errors="replace") if isinstance(part, bytes) else part or ""
        output, errors, code = decode(late.stdout), decode(late.stderr), 1
        print(f"FAIL {name} took longer than {PEER_SECONDS} s")
        failed += 1
    for line in output.splitlines():
        passed += line.startswith("ok ")
        failed += line.startswith("FAIL ")
        if line.startswith(("ok ", "FAIL ")):
            print(line)
    if code != 0 or failed or not passed:
        print(errors[-4000:], file=sys.stderr)
        failed += code != 0 or not passed
    return passed, failed


def main():
    names = sys.argv[1:] or list(PEERS)
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        sys.exit(f"unknown client {unknown[0]}; known: {', '.join(PEERS)}")
    python = environment()
    passed = failed = 0
    for name in names:
        # A server for each: a client starts in a world that no other has changed.
        process, address = (None, os.environ["PEER_SERVER"]) if "PEER_SERVER" in os.environ else start_server()
        try:
            good, bad = run_peer(python, name, address)
        finally:
            if process:
                stop_server(process)
        passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
