"""Each test here runs in each sandbox that Linux has, and as root and as an ordinary user."""

from __future__ import annotations

import functools

import pytest
from tools import sandboxed

KINDS = [
    pytest.param("namespaces", marks=pytest.mark.namespaces),
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=sandboxed.USERS)
def user(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def run(kind: str, user: str) -> functools.partial[sandboxed.Ran]:
    return functools.partial(sandboxed.run, kind, user=user)
