"""Read answers of DescribeSnapshots with the SDK's models: ``parse_pages.py FOLDER``.

Prints how many snapshots they hold, and the seconds that reading them took, without the imports.
"""

import json
import sys
import time
from pathlib import Path

from alibabacloud_ecs20140526 import models

files = sorted(Path(sys.argv[1]).iterdir())
texts = [file.read_bytes() for file in files]
started = time.perf_counter()
bodies = [models.DescribeSnapshotsResponseBody().from_map(json.loads(text)) for text in texts]
seconds = time.perf_counter() - started
print(sum(len(body.snapshots.snapshot) for body in bodies), seconds)
