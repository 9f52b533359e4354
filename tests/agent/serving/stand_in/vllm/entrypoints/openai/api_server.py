"""Stands in for vLLM's server: a process that starts another one, listens, and says it is well.

The environment says how it behaves: STAND_IN_READY, seconds until it is healthy; STAND_IN_DIES,
seconds until it ends by itself; STAND_IN_STUBBORN, whether it and its child ignore SIGTERM.
"""

import argparse
import http.server
import os
import signal
import subprocess
import sys
import threading
import time

BORN = time.monotonic()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ready = time.monotonic() - BORN >= float(os.environ.get("STAND_IN_READY", "0"))
        self.send_response(200 if ready and self.path == "/health" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def die() -> None:
    print("\x1b[31mRuntimeError: no kernel image is available\x1b[0m", flush=True)
    os._exit(3)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    given, _ = parser.parse_known_args()
    if os.environ.get("STAND_IN_STUBBORN"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # As vLLM's engine, it goes on without the process that started it.
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("engine started", flush=True)
    if dies := os.environ.get("STAND_IN_DIES"):
        threading.Timer(float(dies), die).start()
    http.server.ThreadingHTTPServer((given.host, given.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
