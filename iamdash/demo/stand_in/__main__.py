"""`python -m iamdash.demo.stand_in --port N [--state DIR]`: the stand-in with the invented organisation in it."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from iamdash.demo.organisation.build import build_organisation
from iamdash.demo.stand_in.server import make_stand_in, open_state


def main() -> None:
    """Serve until SIGINT or SIGTERM, then keep what there is and end with exit code 0."""
    parser = argparse.ArgumentParser(prog="python -m iamdash.demo.stand_in", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="the port to listen on, on this machine alone")
    parser.add_argument("--state", type=Path, help="the directory that keeps everything across restarts")
    parser.add_argument("--empty", action="store_true", help="begin with no accounts, instead of the organisation")
    options = parser.parse_args()

    state = open_state(options.state, None if options.empty else build_organisation)
    server = make_stand_in(state, options.port)

    def stop(*_: object) -> None:
        # `shutdown` waits for the loop to end, and this runs inside the loop's own thread.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    sys.stdout.write(f"a stand-in for AWS listens on http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()
    state.save()


if __name__ == "__main__":
    main()
