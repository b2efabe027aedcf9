# SPDX-License-Identifier: MPL-2.0
"""conftest.py: the instances that the tests speak to. With CODEV_URL in the environment (see
.run/env) most tests use that running one; those that stop or break things start their own."""

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from instance import Instance, PrivateInstance
from notes import Notes


@pytest.fixture(scope="session")
def make_instance():
    """Start private instances; they end with the session."""
    made = []

    def make(plugins=()):
        directory = Path(tempfile.mkdtemp(prefix="codev-api."))
        made.append((directory, None))
        made[-1] = (directory, PrivateInstance(directory, plugins))
        return made[-1][1]

    yield make
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda each: each[1] and each[1].stop(), made))
    for directory, _ in made:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def instance(make_instance):
    if "CODEV_URL" in os.environ:
        return Instance(os.environ)
    return make_instance()


@pytest.fixture(scope="module")
def own(make_instance):
    """An instance of the module's own, new, that it may change."""
    return make_instance()


@pytest.fixture(scope="session")
def notes(make_instance, tmp_path_factory):
    """An instance of its own, with the plugin notes of tests/plugins and client organisations."""
    return Notes(make_instance(["notes"]), tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def spare(make_instance):
    return make_instance()


@pytest.fixture
def whole(spare):
    """An instance that a test may stop and break: the next one finds it mended."""
    spare.mend()
    return spare


@pytest.fixture
def visitor(instance):
    return instance.visitor


@pytest.fixture
def staff(instance):
    return instance.staff


@pytest.fixture
def database(instance):
    """A connection as the application's role; nothing is kept unless the test commits."""
    connection = psycopg2.connect(instance.database)
    yield connection
    connection.close()


@pytest.fixture
def owner_database(instance):
    """A connection as the owner, who sees all."""
    connection = psycopg2.connect(instance.owner_database)
    yield connection
    connection.close()
