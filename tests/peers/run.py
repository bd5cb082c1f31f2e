#!/usr/bin/env python3
"""Runs clients that other people wrote against the simulated server.

    tests/peers/run.py [NAME...]            NAME: chatexchange, sechat; all of them without one
    tests/peers/run.py --matrix [NAME...]   flips one switch at a time instead, and prints what a client copes with

Each client runs once against `sechat serve`, and then with all the switches flipped that it copes with, as often as it
takes for every option of each to have its turn. What it does not cope with, and why, stands in cannot.json;
`--matrix` finds out whether that is still so.

It makes a virtual environment under the target folder, starts the servers, and runs each client in a process of its
own, several at a time. `PEER_SERVER` in the environment names a server that runs already; `PEER_COMMAND` another
command to start one, which must print a line with its http:// address first. With either there are no switches.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
# Of the whole workspace, as its tests are: less would have other features, and be built again.
SERVE = ["cargo", "run", "--quiet", "--bin", "sechat", "--", "serve", "--json", "--until-eof",
         "--account", "bot@example.com:correct horse:Bot", "--account", "ada@example.com:analytical engine:Ada",
         "--room", "Sandbox", "--room", "Other Room"]
COMMAND = shlex.split(os.environ["PEER_COMMAND"]) if "PEER_COMMAND" in os.environ else SERVE
SWITCHED = ["cargo", "run", "--quiet", "--example", "peer_server"]
PEERS = {"chatexchange": "chatexchange_peer.py", "sechat": "sechat_peer.py"}
PEER_SECONDS = 240
# They wait for the throttle and for each other more than they work.
AT_ONCE = 12
# Waiting for the throttle is what takes the time of a run: only those about it do.
THROTTLED = {"throttle", "refusal", "rounding", "wait_text"}
# Both together refuse for ever who waits as long as told: they take turns.
CLASH = ["refusal=Restarts", "rounding=Down"]


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


class Server:
    """A process that serves until its input ends."""

    def __init__(self, command):
        self.command = command
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        start_new_session=True)

    def lines(self):
        """What it prints, for as long as a build may take."""
        giving_up = threading.Timer(600, self.process.kill)
        giving_up.start()
        try:
            for line in self.process.stdout:
                yield line
        finally:
            giving_up.cancel()
        sys.exit("the server did not start: " + shlex.join(self.command))

    def address(self):
        for line in self.lines():
            address = re.search(r"http://[\w.:\[\]-]+", line)
            if address:
                return address.group()

    def drain(self):
        """Whatever else it prints must not fill the pipe."""
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def stop(self):
        """Asks it to end by closing its input; one that does not listen to that is ended with what it has started."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=10)


class Run:
    """One client against one server."""

    def __init__(self, peer, flips, address):
        self.peer, self.flips, self.address = peer, flips, address
        self.passed, self.failed, self.output, self.errors, self.seconds = 0, 0, "", "", 0

    def go(self, python, impatient):
        proxies = {"http_proxy", "https_proxy", "all_proxy"}
        clean = {key: value for key, value in os.environ.items() if key.lower() not in proxies}
        clean.update(PEER_SERVER=self.address, PEER_FLIPS=" ".join(self.flips), PYTHONWARNINGS="ignore",
                     PYTHONPATH=str(HERE), PYTHONDONTWRITEBYTECODE="1", PEER_IMPATIENT="1" if impatient else "")
        start = time.monotonic()
        try:
            done = subprocess.run([python, HERE / PEERS[self.peer]], env=clean, timeout=PEER_SECONDS,
                                  capture_output=True, text=True, check=False)
            self.output, self.errors, code = done.stdout, done.stderr, done.returncode
        except subprocess.TimeoutExpired as late:
            decode = lambda part: part.decode(errors="replace") if isinstance(part, bytes) else part or ""
            self.output, self.errors, code = decode(late.stdout), decode(late.stderr), 1
            self.output += f"\nFAIL it took longer than {PEER_SECONDS} s\n"
        self.seconds = time.monotonic() - start
        lines = self.output.splitlines()
        self.passed = sum(line.startswith("ok ") for line in lines)
        self.failed = sum(line.startswith("FAIL ") for line in lines)
        if not self.failed and (code != 0 or not self.passed):
            self.failed = 1
        return self

    def show(self, everything):
        flipped = f", {len(self.flips)} switches flipped" if self.flips else ""
        print(f"== {self.peer}, {self.passed} passed in {self.seconds:.0f} s{flipped}", flush=True)
        for line in self.output.splitlines():
            if line.startswith("FAIL ") or everything and line.startswith("ok "):
                print(line)
        if self.failed:
            print(f"flipped: {' '.join(self.flips)}\n{self.errors[-4000:]}", file=sys.stderr)


def all_flips(server):
    """Every switch with its other options."""
    server.say("switches")
    flips = {}
    for line in server.lines():
        if not line.strip():
            return flips
        name, *values = line.split()
        flips[name] = values


def rounds(flips, cannot):
    """Sets of flips in which each option that a client copes with has its turn."""
    fine = {name: [value for value in values if f"{name}={value}" not in cannot] for name, values in flips.items()}
    fine = {name: values for name, values in fine.items() if values}
    for turn in range(max(2, *map(len, fine.values()))):
        flipped = [f"{name}={values[turn % len(values)]}" for name, values in fine.items()]
        yield [flip for flip in flipped if flip != CLASH[turn % 2]]


def one_each(flips):
    """One flip at a time."""
    for name, values in flips.items():
        for value in values:
            yield [f"{name}={value}"] + ([] if name in THROTTLED else ["throttle=Off"])


def main():
    matrix = "--matrix" in sys.argv[1:]
    names = [name for name in sys.argv[1:] if name != "--matrix"] or list(PEERS)
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        sys.exit(f"unknown client {unknown[0]}; known: {', '.join(PEERS)}")
    python = environment()
    cannot = json.loads((HERE / "cannot.json").read_text())
    servers, runs = [], []

    def served(command):
        servers.append(Server(command))
        return servers[-1]

    try:
        if "PEER_SERVER" in os.environ:
            runs = [Run(name, [], os.environ["PEER_SERVER"]) for name in names]
        elif not matrix:
            # A server for each: a client starts in a world that no other has changed.
            for name in names:
                server = served(COMMAND)
                runs.append(Run(name, [], server.address()))
                server.drain()
        if "PEER_SERVER" not in os.environ and "PEER_COMMAND" not in os.environ:
            switched = served(SWITCHED)
            flips = all_flips(switched)
            for name in names:
                for flipped in one_each(flips) if matrix else rounds(flips, cannot[name]):
                    switched.say(" ".join(flipped))
                    runs.append(Run(name, flipped, switched.address()))
        # Two clients at a time would change the one world of a server that runs already.
        with ThreadPoolExecutor(1 if "PEER_SERVER" in os.environ else AT_ONCE) as at_once:
            done = at_once.map(lambda run: run.go(python, matrix), runs)
            good = report_matrix(done, cannot) if matrix else report(done)
    finally:
        for server in servers:
            server.stop()
    sys.exit(0 if good else 1)


def report(runs):
    passed = failed = 0
    for run in runs:
        run.show(everything=not run.flips)
        passed, failed = passed + run.passed, failed + run.failed
    print(f"{passed} passed, {failed} failed")
    return not failed


def report_matrix(runs, cannot):
    """Whether what each client copes with is what cannot.json says."""
    wrong = 0
    for run in runs:
        flip = run.flips[0]
        listed = flip in cannot[run.peer]
        first = next((line for line in run.output.splitlines() if line.startswith("FAIL ")), "FAIL ended early")
        word = "copes with" if not run.failed else "cannot   "
        note = "" if listed == bool(run.failed) else "   !! not as in cannot.json"
        wrong += bool(note)
        print(f"{run.peer} {word} {flip} ({run.seconds:.0f} s){': ' + first[5:] if run.failed else ''}{note}", flush=True)
    print(f"{wrong} not as in cannot.json")
    return not wrong


main()
