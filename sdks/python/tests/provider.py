"""The control routes of the scripted model provider."""

import json
import os
import time
import urllib.request

_URL = os.environ["WEFT_PROVIDER_URL"]


def script(**next_answer):
    """Scripts the next chat answer."""
    _send("POST", "/__fake/scripts", {"enqueue": [next_answer]})


def forget():
    """Forgets scripts and requests."""
    _send("DELETE", "/__fake/scripts")
    _send("DELETE", "/__fake/requests")


def wait_for_outcome(outcome, seconds=10):
    """Whether a chat request ended so within that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = _send("GET", "/__fake/requests")
        requests = answer["requests"] if isinstance(answer, dict) else answer
        if any(
            seen["path"].endswith("/chat/completions") and seen["outcome"] == outcome for seen in requests
        ):
            return True
        time.sleep(0.02)
    return False


def _send(method, path, body=None):
    request = urllib.request.Request(
        f"{_URL}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        content = answer.read()
    return json.loads(content) if content else None
