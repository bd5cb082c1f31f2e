"""Counts checks, and says each on a line that run.py reads."""

import os
import sys
import time
import traceback

# The switches of the server that are flipped, and whether the first failure is enough to know.
FLIPS = dict(flip.split("=", 1) for flip in os.environ.get("PEER_FLIPS", "").split())
IMPATIENT = bool(os.environ.get("PEER_IMPATIENT"))


def check(what, good, shown=""):
    print(("ok   " if good else "FAIL ") + what + ("" if good else "  -- " + repr(shown)), flush=True)
    if IMPATIENT and not good:
        os._exit(1)


def equal(what, found, expected):
    check(what, found == expected, f"found {found!r}, expected {expected!r}")


def until(what, find, seconds=30):
    """Waits for something to become true; gives what it was."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = find()
        if found:
            check(what, True)
            return found
        time.sleep(0.05)
    check(what, False, f"nothing within {seconds} s")
    return None


def main(story):
    try:
        story()
    except BaseException:
        traceback.print_exc()
        print("FAIL the story ended early", flush=True)
    # Both clients leave threads behind that only the end of the process ends.
    sys.stdout.flush()
