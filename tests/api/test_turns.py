# SPDX-License-Identifier: MPL-2.0
"""Nothing survives a transaction: over one connection to PostgreSQL everybody is served in turn."""

import psycopg2
import pytest
from turns import Turns


def connections(instance):
    """Of the workers: their processes in PostgreSQL."""
    connection = psycopg2.connect(instance.owner_database.replace("user=codev_owner",
                                                                  "user=postgres"))
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(pid) FROM pg_stat_activity WHERE usename = 'codev'")
        (found,) = cursor.fetchone()
    connection.close()
    return found


@pytest.fixture
def alone(notes):
    """The instance with one worker, so with one connection."""
    instance = notes.instance
    text = instance.config.read_text()
    instance.stop_codev()
    instance.config.write_text(text.replace('workers="8"', 'workers="1"'))
    instance.start_codev(workers=1)
    yield notes
    instance.stop_codev()
    instance.config.write_text(text)
    instance.start_codev()


def test_two_organisations_take_10000_turns(alone):
    turns = Turns(alone)
    before = connections(alone.instance)
    assert turns.take(10_000) == 2000
    assert connections(alone.instance) == before and len(before) == 1


def test_a_mix_up_is_noticed(notes):
    """Made by a policy that is too wide."""
    notes.run("CREATE POLICY x ON notes.note FOR SELECT TO codev_notes"
              " USING (core.role() = 'manager')")
    try:
        with pytest.raises(AssertionError, match="banque-"):
            Turns(notes).take(20)
    finally:
        notes.run("DROP POLICY x ON notes.note")
    assert Turns(notes).take(20) == 4
