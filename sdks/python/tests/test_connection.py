"""The connection: who is spoken to, how much goes through, when it dies, and that nothing of it is left."""

import os
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import scripted
from scripted import chat, connect, new_user, seen_by_the_server, text_of, wait_until

from weft_sdk import Cancelled, Unavailable, Weft, WeftError, client

TLS_ADDRESS = os.environ["WEFT_SCRIPTED_TLS_ADDRESS"]


class ConnectionTest(unittest.TestCase):
    def test_an_authority_of_ones_own_is_trusted_when_it_is_given(self):
        authority = Path(os.environ["WEFT_SCRIPTED_CA_FILE"]).read_bytes()
        with Weft(TLS_ADDRESS, scripted.KEY, root_certificates=authority) as weft:
            self.assertEqual(chat(weft, "echo"), "Hello")

    def test_an_authority_that_nobody_gave_is_not_trusted(self):
        with Weft(TLS_ADDRESS, scripted.KEY) as weft:
            self.assertRaises(Unavailable, chat, weft, "echo")

    def test_plaintext_is_not_spoken_unless_that_is_asked_for(self):
        user = new_user()
        with Weft(scripted.ADDRESS, scripted.KEY) as careful:
            self.assertRaises(Unavailable, chat, careful, "echo", user=user)
        with connect() as weft:
            self.assertEqual(seen_by_the_server(weft, user=user)["attempts"], 1)

    def test_messages_of_more_than_4_MiB_go_both_ways(self):
        content = "a" * (5 * 1024 * 1024)
        with connect(timeout=30) as weft:
            self.assertEqual(len(chat(weft, "echo", content)), len(content))

    def test_streams_go_side_by_side_on_one_client(self):
        texts = [f"the answer to question {number}" for number in range(20)]
        with connect(timeout=30) as weft, ThreadPoolExecutor(len(texts)) as threads:
            answers = threads.map(lambda text: text_of(weft.stream_chat(text, model="echo")), texts)
            self.assertEqual(list(answers), [text.replace(" ", "") for text in texts])

    def test_streams_that_are_left_are_cancelled_and_leave_nothing(self):
        user = new_user()
        with connect(timeout=30) as weft:
            seen_by_the_server(weft)
            threads = threading.active_count()
            for _ in range(50):
                for _ in weft.stream_chat("Hello", model="endless", user=user):
                    break
            self.assertTrue(wait_until(lambda: seen_by_the_server(weft, user=user)["openStreams"] == 0))
            self.assertTrue(wait_until(lambda: threading.active_count() <= threads))

    def test_a_stream_of_a_client_that_is_closed_ends_with_an_error(self):
        weft = connect(timeout=30)
        stream = weft.stream_chat("Hello", model="endless")
        next(stream)
        weft.close()
        self.assertRaises(Cancelled, list, stream)

    def test_a_client_that_is_closed_makes_no_calls(self):
        weft = connect(timeout=30)
        weft.close()
        self.assertRaises(WeftError, chat, weft, "echo")
        self.assertRaises(WeftError, lambda: list(weft.stream_chat("Hello", model="echo")))

    def test_a_connection_that_died_in_silence_is_noticed(self):
        # The real ones would make this test last half a minute.
        quick = {name: 1000 for name, value in client._KEEPALIVE.items() if value > 0}
        with mock.patch.dict(client._KEEPALIVE, quick), connect(timeout=60) as weft:
            self.assertRaises(Unavailable, list, weft.stream_chat("Hello", model="silence"))
