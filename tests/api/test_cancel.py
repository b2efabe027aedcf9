# SPDX-License-Identifier: MPL-2.0
"""Nobody waits for what a client asked who has gone."""

import http.client

import psycopg2
from documents import EXAMPLE
from instance import wait_until


def waiting(cursor):
    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation ="
                   " 'quotes.request'::regclass")
    return cursor.fetchone()[0]


def test_a_statement_is_cancelled_when_its_client_goes(own):
    with psycopg2.connect(own.owner_database) as connection:
        cursor = connection.cursor()
        cursor.execute("LOCK TABLE quotes.request IN ACCESS EXCLUSIVE MODE")
        client = http.client.HTTPConnection(own.visitor.base.hostname, own.visitor.base.port)
        client.request("POST", "/codev/quotes/requests", EXAMPLE.encode(),
                       {"Content-Type": "application/xml"})
        wait_until(lambda: waiting(cursor) == 1, 5, "the statement does not wait for the lock")
        client.close()
        # well before the statement's own time is over
        wait_until(lambda: waiting(cursor) == 0, 3, "the statement still waits")
        connection.rollback()
        cursor.execute("SELECT count(*) FROM quotes.request")
        assert cursor.fetchone()[0] == 0
    assert own.log_lines("event=statement_cancelled")
    assert own.visitor.post("/quotes/requests", EXAMPLE).status == 201
