"""Every page of DescribeSnapshots, and nothing made of it: ``fetch_pages.py HOST:PORT [FOLDER]``.

One connection, one request after another, as little work as a client can have: what is left is
the server's time. Prints the number of pages and the seconds they took. With a folder, the
answers' bytes are put there. Only the standard library, so it signs (ACS3-HMAC-SHA256) by itself.
"""

import hashlib
import hmac
import http.client
import os
import re
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import quote

address, *folder = sys.argv[1:]
key_id = os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"]
secret = os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"].encode()
region_id = os.environ["ALIBABA_CLOUD_REGION_ID"]


def signed(query: str) -> dict[str, str]:
    """The headers of a POST without a body."""
    empty = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": address,
        "x-acs-action": "DescribeSnapshots",
        "x-acs-content-sha256": empty,
        "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-version": "2014-05-26",
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"POST\n/\n{query}\n{lines}\n{names}\n{empty}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    fields = f"Credential={key_id},SignedHeaders={names},Signature={signature}"
    return headers | {"authorization": f"ACS3-HMAC-SHA256 {fields}"}


pages: list[bytes] = []
token = ""
connection = http.client.HTTPConnection(address)
started = time.perf_counter()
while not pages or token:
    given = f"&NextToken={quote(token, safe='~')}" if token else ""
    query = f"MaxResults=100{given}&RegionId={region_id}"
    connection.request("POST", f"/?{query}", headers=signed(query))
    answer = connection.getresponse()
    pages.append(answer.read())
    if answer.status != 200:
        sys.exit(f"HTTP {answer.status}: {pages[-1].decode()}")
    found = re.search(rb'"NextToken":"([^"]*)"', pages[-1])
    token = found[1].decode() if found else ""
seconds = time.perf_counter() - started
for number, page in enumerate(pages if folder else ()):
    Path(folder[0], f"{number:04}.json").write_bytes(page)
print(len(pages), seconds)
