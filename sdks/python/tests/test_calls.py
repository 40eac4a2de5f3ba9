"""What calls carry, what they answer when they are refused, and what the settings refuse."""

import pickle
import unittest

import scripted
from scripted import chat, connect, seen_by_the_server, text_of

from weft_sdk import (
    FieldViolation,
    QuotaViolation,
    ResourceExhausted,
    StreamTruncated,
    Unavailable,
    Weft,
    WeftError,
)


class CallsTest(unittest.TestCase):
    def setUp(self):
        self.weft = connect(timeout=30)
        self.addCleanup(self.weft.close)

    def assert_deadline(self, seen, seconds):
        # gRPC rounds a long one up.
        self.assertTrue(seconds - 5 < seen["deadlineMs"] / 1000 < seconds + 2, seen)

    def test_a_call_carries_the_key_and_says_who_sends_it(self):
        seen = seen_by_the_server(self.weft)
        self.assertEqual(seen["authorization"], f"Bearer {scripted.KEY}")
        self.assertRegex(seen["userAgent"], r"^weft-sdk-python/\d")

    def test_a_call_has_the_deadline_of_10_minutes_by_default(self):
        with connect() as weft:
            self.assert_deadline(seen_by_the_server(weft), 600)

    def test_a_call_has_the_deadline_of_the_client(self):
        self.assert_deadline(seen_by_the_server(self.weft), 30)

    def test_a_call_may_have_a_deadline_of_its_own(self):
        self.assert_deadline(seen_by_the_server(self.weft, timeout=7), 7)
        self.assert_deadline(seen_by_the_server(self.weft, timeout=70), 70)
        self.assert_deadline(seen_by_the_server(self.weft, timeout=None), 30)

    def test_a_stream_may_have_a_deadline_of_its_own(self):
        def seen(**options):
            return scripted.json.loads(text_of(self.weft.stream_chat("Hello", model="mirror", **options)))

        self.assert_deadline(seen(), 30)
        self.assert_deadline(seen(timeout=7), 7)

    def test_a_refusal_is_a_typed_error_with_every_detail(self):
        with self.assertRaises(ResourceExhausted) as caught:
            chat(self.weft, "refusal")
        self.assert_every_detail(caught.exception)

    def test_a_stream_that_is_refused_is_too(self):
        with self.assertRaises(ResourceExhausted) as caught:
            list(self.weft.stream_chat("Hello", model="status-after-events"))
        self.assert_every_detail(caught.exception)

    def assert_every_detail(self, error):
        self.assertEqual(
            (error.code.name, error.reason, error.message, error.metadata, error.retry_delay),
            ("RESOURCE_EXHAUSTED", "RATE_LIMITED", "Slow down.", {"limit": "5"}, 1.5),
        )
        self.assertEqual(
            error.field_violations, (FieldViolation("call.messages", "must not be empty"),)
        )
        self.assertEqual(
            error.quota_violations, (QuotaViolation("requests_per_minute", "The limit was passed."),)
        )

    def test_a_failed_event_is_a_typed_error_with_its_details(self):
        with self.assertRaises(ResourceExhausted) as caught:
            list(self.weft.stream_chat("Hello", model="failed"))
        error = caught.exception
        self.assertEqual((error.message, error.metadata, error.retry_delay), ("Slow down.", {"limit": "5"}, 1.5))

    def test_an_error_can_be_pickled(self):
        with self.assertRaises(ResourceExhausted) as caught:
            chat(self.weft, "refusal")
        with self.assertRaises(StreamTruncated) as cut:
            list(self.weft.stream_chat("Hello", model="no-terminal-event"))
        for error in (caught.exception, cut.exception):
            copy = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(copy), str(copy), copy.__dict__), (type(error), str(error), error.__dict__))

    def test_an_answer_without_a_message_is_an_error(self):
        self.assertRaises(WeftError, chat, self.weft, "nothing")

    def test_nothing_is_sent_twice(self):
        user = scripted.new_user()
        self.assertRaises(Unavailable, chat, self.weft, "unavailable", user=user)
        self.assertEqual(seen_by_the_server(self.weft, user=user)["attempts"], 2)

    def test_settings_that_cannot_be_are_refused(self):
        for key in ("", "weft_1\n", "weft 1"):
            self.assertRaises(ValueError, Weft, "127.0.0.1:9090", key)
        self.assertRaises(ValueError, Weft, "", "key")
        self.assertRaises(ValueError, Weft, "127.0.0.1:9090", "key", timeout=0)
