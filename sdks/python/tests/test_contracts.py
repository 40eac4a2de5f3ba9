"""What must hold for any public contract, told by the image that the SDK was generated from."""

import re
import unittest
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

import weft_sdk
from weft_sdk import Weft
from weft_sdk.services import services_by_attribute, snake_case

IMAGE = Path(__file__).parents[2] / ".generated" / "public.binpb"


def public_methods():
    files = FileDescriptorSet.FromString(IMAGE.read_bytes()).file
    return [
        (f"{file.package}.{service.name}", method.name)
        for file in files
        for service in file.service
        for method in service.method
    ]


class ContractsTest(unittest.TestCase):
    def setUp(self):
        # Connects at the first call, and there is none.
        self.weft = Weft("127.0.0.1:1", "key", secure=False)
        self.addCleanup(self.weft.close)

    def test_every_public_rpc_is_a_method_of_its_service(self):
        missing = [
            f"{service}.{method}"
            for service, method in public_methods()
            if not callable(getattr(self.weft.service(service), snake_case(method), None))
        ]
        self.assertEqual((missing, len(public_methods()) > 0), ([], True))

    def test_every_public_service_is_an_attribute(self):
        named = {self.weft.service(service.full_name) for service in services_by_attribute().values()}
        reached = {getattr(self.weft, attribute) for attribute in services_by_attribute()}
        self.assertEqual((reached, len(reached)), (named, len({service for service, _ in public_methods()})))

    def test_nothing_that_is_not_public_is_there(self):
        self.assertRaises(KeyError, self.weft.service, "weft.llm.v1.LlmService")
        self.assertNotIn("lookup_entry", dir(self.weft.cache))

    def test_no_line_by_hand_names_an_rpc_but_those_of_chat(self):
        source = "\n".join(
            # The docstrings show an RPC or two.
            re.sub(r'""".*?"""', "", file.read_text(), flags=re.DOTALL)
            for file in Path(weft_sdk.__file__).parent.glob("*.py")
        )
        named = {
            method
            for _, method in public_methods()
            if re.search(rf"\b({method}|{snake_case(method)})\b", source)
        }
        self.assertEqual(named, {"Chat", "StreamChat"})
