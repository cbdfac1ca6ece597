"""An answer from a file, over and over, by waitress alone: ``bare_server.py FILE``.

It prints its URL. What the sandbox takes beyond this is its own work.
"""

import sys
from pathlib import Path

from waitress.server import create_server

body = Path(sys.argv[1]).read_bytes()
headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]


def answer(environ, start_response):  # type: ignore[no-untyped-def]
    """The same to everybody."""
    start_response("200 OK", headers)
    return [body]


server = create_server(answer, host="127.0.0.1", port=0, threads=1)
print(f"http://127.0.0.1:{server.effective_port}", flush=True)
server.run()
