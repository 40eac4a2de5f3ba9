"""The client against a live weft."""

import os
import unittest
import uuid

import provider

from weft.retrieval.v1.document_service_pb2 import INGEST_OUTCOME_CREATED, DocumentInput
from weft.safety.v1.safety_service_pb2 import DIRECTION_OUTPUT, StreamScreenTextRequest
from weft_sdk import (
    DeadlineExceeded,
    InvalidArgument,
    NotFound,
    ResourceExhausted,
    StreamTruncated,
    Unauthenticated,
    Unavailable,
    Weft,
)

ADDRESS = os.environ["WEFT_GRPC_ADDRESS"]
KEY = os.environ["WEFT_API_KEY"]


class LiveTest(unittest.TestCase):
    def setUp(self):
        provider.forget()
        self.weft = Weft(ADDRESS, KEY, timeout=30, plaintext=True)
        self.addCleanup(self.weft.close)

    def test_streams_an_answer_from_its_first_token_to_its_terminal_event(self):
        tokens = ["The ", "answer ", "is ", "42."]
        provider.script(text=tokens, delayBetweenTokensMs=30)
        kinds, texts = [], []
        for event in self.weft.stream_chat("What is the answer?", model="fake-model"):
            kinds.append(event.WhichOneof("event"))
            if event.HasField("text"):
                texts.append(event.text.text)
        self.assertEqual((kinds[0], kinds[-1]), ("started", "completed"))
        self.assertEqual("".join(texts), "The answer is 42.")
        self.assertGreater(len(texts), 1, "the text came in one piece at the end")

    def test_the_first_token_is_there_before_the_answer_is_over(self):
        provider.script(text=["early ", "never"], stall={"at": 1})
        with self.weft.stream_chat("Hello", model="fake-model") as stream:
            text = next(event.text.text for event in stream if event.HasField("text"))
        self.assertEqual(text.strip(), "early")

    def test_closing_the_stream_hangs_up_on_the_provider(self):
        provider.script(text="word ", repeat=1000, delayBetweenTokensMs=20)
        stream = self.weft.stream_chat("Count", model="fake-model")
        next(event for event in stream if event.HasField("text"))
        stream.close()
        self.assertTrue(provider.wait_for_outcome("hung-up"))

    def test_dropping_the_stream_hangs_up_on_the_provider(self):
        provider.script(text="word ", repeat=1000, delayBetweenTokensMs=20)
        for event in self.weft.stream_chat("Count", model="fake-model"):
            if event.HasField("text"):
                break
        self.assertTrue(provider.wait_for_outcome("hung-up"))

    def test_finds_what_was_ingested(self):
        name = f"python-{uuid.uuid4().hex[:12]}"
        self.weft.collection.create_collection(name=name)
        ingested = self.weft.document.ingest_documents(
            collection=name,
            documents=[
                DocumentInput(uri="owls.md", content=b"# Owls\n\nOwls hunt at night and see in the dark.")
            ],
        )
        self.assertEqual([result.outcome for result in ingested.results], [INGEST_OUTCOME_CREATED])
        found = self.weft.search.search_documents(collections=[name], query="When do owls hunt?")
        self.assertIn("hunt at night", found.hits[0].passage.text)

    def test_an_ingestion_tells_its_progress_to_its_terminal_event(self):
        name = f"python-{uuid.uuid4().hex[:12]}"
        self.weft.collection.create_collection(name=name)
        events = list(
            self.weft.document.stream_ingest_documents(
                ingestion={
                    "collection": name,
                    "documents": [DocumentInput(uri="a.md", content=b"One sentence.")],
                }
            )
        )
        self.assertEqual(events[-1].completed.created, 1)

    def test_an_unknown_model_is_not_found_with_its_reason(self):
        with self.assertRaises(NotFound) as caught:
            list(self.weft.stream_chat("Hello", model="no-such-model"))
        self.assertEqual(caught.exception.reason, "MODEL_NOT_FOUND")

    def test_a_missing_collection_is_not_found_with_its_reason(self):
        with self.assertRaises(NotFound) as caught:
            self.weft.collection.get_collection(name="no-such-collection")
        self.assertEqual(caught.exception.reason, "COLLECTION_NOT_FOUND")

    def test_a_wrong_field_is_named(self):
        with self.assertRaises(InvalidArgument) as caught:
            self.weft.collection.create_collection(name="No Such Name!")
        self.assertEqual([violation.field for violation in caught.exception.field_violations], ["name"])

    def test_a_limit_that_is_passed_says_which_and_when_to_come_back(self):
        made = self.weft.api_key.create_api_key(
            display_name="python", scopes=["collections:read"], requests_per_minute=1
        )
        with Weft(ADDRESS, made.secret, timeout=30, plaintext=True) as limited:
            with self.assertRaises(ResourceExhausted) as caught:
                for _ in range(3):
                    limited.collection.list_collections()
        error = caught.exception
        self.assertEqual((error.reason, len(error.quota_violations)), ("RATE_LIMITED", 1))
        self.assertGreater(error.retry_delay, 0)

    def test_a_failed_event_is_raised_as_its_typed_error(self):
        provider.script(text=["Half ", "an ", "answer"], cut={"at": 1, "how": "reset"})
        texts = []
        with self.assertRaises(Unavailable) as caught:
            for event in self.weft.stream_chat("Hello", model="fake-model"):
                texts.append(event.text.text)
        self.assertNotIsInstance(caught.exception, StreamTruncated)
        self.assertNotEqual(caught.exception.reason, "")

    def test_a_deadline_ends_a_call(self):
        provider.script(text=["early ", "never"], stall={"at": 1})
        with self.assertRaises(DeadlineExceeded):
            list(self.weft.stream_chat("Hello", model="fake-model", timeout=0.5))

    def test_a_wrong_key_is_refused(self):
        with Weft(ADDRESS, "weft_no_such_key", timeout=30, plaintext=True) as stranger:
            with self.assertRaises(Unauthenticated):
                stranger.collection.list_collections()

    def test_nothing_listening_is_unavailable(self):
        with Weft("127.0.0.1:1", KEY, timeout=30, plaintext=True) as nobody:
            with self.assertRaises(Unavailable):
                nobody.collection.list_collections()

    def test_both_directions_stream(self):
        pieces = [
            StreamScreenTextRequest(direction=DIRECTION_OUTPUT, text="Hello "),
            StreamScreenTextRequest(text="world", end=True),
        ]
        responses = self.weft.safety.stream_screen_text(iter(pieces))
        self.assertEqual("".join(response.released for response in responses), "Hello world")
