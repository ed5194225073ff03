"""The service from nothing to its first answer; it imports nothing else.

python -m tests.benchmarks.first_answer < ENVIRON    as JSON, with the body of the request
"""

import json
import sys
from io import BytesIO

from project.wsgi import application

environ = json.load(sys.stdin)
body = environ.pop("body").encode()
given = {"wsgi.input": BytesIO(body), "wsgi.errors": sys.stderr}
for part in application(environ | given, lambda *_: str):
    sys.stdout.buffer.write(part)
