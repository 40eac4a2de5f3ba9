"""What must hold for any public contract, told by the image that the SDK was generated from."""

import importlib
import json
import pkgutil
import re
import unittest
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

import weft
import weft_sdk
from weft_sdk import Weft
from weft_sdk.names import snake_case
from weft_sdk.services import services_by_attribute

GENERATED = Path(__file__).parents[2] / ".generated"
IMAGE = GENERATED / "public.binpb"


def public_methods():
    files = FileDescriptorSet.FromString(IMAGE.read_bytes()).file
    return [
        (f"{file.package}.{service.name}", method.name)
        for file in files
        for service in file.service
        for method in service.method
    ]


def names_in_the_package():
    """The full names of every service, RPC, message and enum of the installed package."""
    names = set()

    def add_types(scope):
        for enum in scope.enum_types_by_name.values():
            names.add(enum.full_name)
        messages = getattr(scope, "message_types_by_name", None) or getattr(scope, "nested_types_by_name", {})
        for message in messages.values():
            names.add(message.full_name)
            add_types(message)

    for module in pkgutil.walk_packages(weft.__path__, "weft."):
        file = getattr(importlib.import_module(module.name), "DESCRIPTOR", None)
        if file is None:
            continue
        add_types(file)
        for service in file.services_by_name.values():
            names.add(service.full_name)
            names.update(method.full_name for method in service.methods)
    return names


class ContractsTest(unittest.TestCase):
    def setUp(self):
        # Connects at the first call, and there is none.
        self.weft = Weft("127.0.0.1:1", "key", plaintext=True)
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

    def test_nothing_internal_is_in_the_package(self):
        internal = set(json.loads((GENERATED / "internal-names.json").read_text()))
        names = names_in_the_package()
        self.assertEqual(names & internal, set())
        self.assertIn("weft.cache.v1.CacheService.LookupEntry", internal)
        self.assertIn("weft.cache.v1.CacheService.PurgeEntries", names)
        self.assertRaises(KeyError, self.weft.service, "weft.llm.v1.LlmService")

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
