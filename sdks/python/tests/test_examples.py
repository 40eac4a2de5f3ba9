"""The examples run as they stand, and type checkers have nothing to say of them."""

import os
import subprocess
import sys
import tempfile
import unittest
import uuid
from pathlib import Path

import provider

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(*arguments):
    environment = {**os.environ, "WEFT_MODEL": "fake-model"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=60
    )


class ExamplesTest(unittest.TestCase):
    def setUp(self):
        provider.forget()

    def test_chat_prints_the_answer(self):
        provider.script(text="An example answers.")
        ended = run(EXAMPLES / "chat.py", "Hello")
        self.assertEqual((ended.stdout, ended.returncode), ("An example answers.\n", 0), ended.stderr)

    def test_documents_finds_what_it_ingests_the_second_time_too(self):
        name = f"python-{uuid.uuid4().hex[:12]}"
        for _ in range(2):
            ended = run(EXAMPLES / "documents.py", name)
            self.assertRegex(ended.stdout, r"(?s)^owls\.md: .*hunt at night")

    def test_documents_tells_what_is_wrong(self):
        ended = run(EXAMPLES / "documents.py", "No Such Name!")
        self.assertRegex(ended.stderr, r"(?s)^INVALID_ARGUMENT .*\nname: ")
        self.assertEqual(ended.returncode, 1)

    def test_cancel_hangs_up_on_the_provider(self):
        provider.script(text="word ", repeat=1000, delayBetweenTokensMs=20)
        ended = run(EXAMPLES / "cancel.py")
        self.assertTrue(ended.stdout.startswith("word word word word"), ended)
        self.assertTrue(provider.wait_for_outcome("hung-up"))

    def test_a_strict_type_checker_finds_nothing_wrong_with_them(self):
        checked = run("-m", "mypy", "--strict", "--cache-dir", os.devnull, *EXAMPLES.glob("*.py"))
        self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_a_type_checker_knows_services_rpcs_and_answers(self):
        with tempfile.TemporaryDirectory() as folder:
            wrong = Path(folder) / "wrong.py"
            wrong.write_text(
                "from weft_sdk import Weft\n"
                'weft = Weft("127.0.0.1:9090", "key")\n'
                "weft.colection\n"
                "weft.collection.create_colection()\n"
                'weft.collection.create_collection(name="docs").colection\n'
                'next(weft.stream_chat("Hello")).txt\n'
            )
            checked = run("-m", "mypy", "--strict", "--cache-dir", os.devnull, wrong)
        lines = [line.split(":")[1] for line in checked.stdout.splitlines() if "[attr-defined]" in line]
        self.assertEqual(lines, ["3", "4", "5", "6"], checked.stdout)
