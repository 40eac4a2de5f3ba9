"""What the contracts' names are in Python."""

import re


def service_attribute(service: str) -> str:
    """`ApiKeyService` → `api_key`."""
    return snake_case(re.sub("Service$", "", service))


def snake_case(name: str) -> str:
    """`ApiKey` → `api_key`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
