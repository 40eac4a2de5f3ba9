"""Writes `weft/_services.pyi`: what type checkers and editors know of the services, from the image that the SDK is generated from.

`write_stubs.py <image> <file>`. The clients themselves are made of descriptors when they are asked for.
"""

import sys
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

# The package itself needs what is not installed yet.
sys.path.insert(0, str(Path(__file__).parent / "src" / "weft_sdk"))
from names import service_attribute, snake_case  # noqa: E402

HEAD = '''"""The services of weft. For type checkers and editors alone: there is no such module at run time."""

from collections.abc import Iterable
from typing import Any, Protocol

from weft_sdk.event_stream import EventStream
'''


def main(image: str, stub: str) -> None:
    files = FileDescriptorSet.FromString(Path(image).read_bytes()).file
    modules = {
        f".{file.package}.{message.name}": file.name.replace(".proto", "_pb2").replace("/", ".")
        for file in files
        for message in file.message_type
    }
    services = [(file, index, service) for file in files for index, service in enumerate(file.service)]
    used = {modules[name] for *_, service in services for method in service.method for name in types_of(method)}
    parts = [HEAD + "".join(f"import {module}\n" for module in sorted(used))]
    parts += [service_class(file, index, service, modules) for file, index, service in services]
    parts.append(services_class([(file, service) for file, _, service in services]))
    Path(stub).write_text("\n".join(parts))


def service_class(file, index, service, modules):
    comments = {tuple(at.path): at.leading_comments for at in file.source_code_info.location}
    lines = [f"class {class_name(file, service)}(Protocol):", docstring(comments.get((6, index)), 4)]
    for number, method in enumerate(service.method):
        request, response = (f"{modules[name]}.{name.rpartition('.')[2]}" for name in types_of(method))
        result = f"EventStream[{response}]" if method.server_streaming else response
        taken = (
            f"request: Iterable[{request}], *, timeout: float | None = None"
            if method.client_streaming
            else f"request: {request} | None = None, *, timeout: float | None = None, **fields: Any"
        )
        lines.append(f"    def {snake_case(method.name)}(self, {taken}) -> {result}:")
        lines.append(docstring(comments.get((6, index, 2, number)), 8))
    return "\n".join(lines) + "\n"


def services_class(services):
    lines = ["class Services:"]
    attributes = [service_attribute(service.name) for _, service in services]
    for (file, service), attribute in zip(services, attributes):
        # A name that two domains share is no attribute.
        if attributes.count(attribute) == 1:
            lines += ["    @property", f"    def {attribute}(self) -> {class_name(file, service)}: ..."]
    return "\n".join(lines) + "\n"


def class_name(file, service):
    domain = "".join(part.capitalize() for part in file.package.split(".")[1:])
    return f"{domain}{service.name}"


def types_of(method):
    return (method.input_type, method.output_type)


def docstring(comment, indent):
    text = (comment or "").strip().replace("\\", "\\\\").replace('"""', "'''")
    lines = [line.strip() for line in text.splitlines()] or [""]
    return "\n".join(" " * indent + line for line in [f'"""{lines[0]}', *lines[1:]]).rstrip() + '"""'


if __name__ == "__main__":
    main(*sys.argv[1:])
