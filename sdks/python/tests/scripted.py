"""The scripted server: what an honest weft does not do, named by the model of the request."""

import json
import os
import time
import uuid

from weft.common.v1.message_pb2 import ROLE_USER, Message
from weft_sdk import Weft

ADDRESS = os.environ["WEFT_SCRIPTED_ADDRESS"]
KEY = "weft_of_the_tests"


def connect(**options):
    return Weft(ADDRESS, KEY, plaintext=True, **options)


def chat(weft, model, content="Hello", **options):
    """The text of a whole answer."""
    messages = [Message(role=ROLE_USER, content=content)]
    return weft.chat.chat(model=model, messages=messages, **options).message.content


def seen_by_the_server(weft, **options):
    return json.loads(chat(weft, "mirror", **options))


def text_of(stream):
    return "".join(event.text.text for event in stream)


def new_user():
    """Calls of one user are counted together."""
    return uuid.uuid4().hex


def wait_until(holds, seconds=10):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()
