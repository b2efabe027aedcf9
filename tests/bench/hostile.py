# SPDX-License-Identifier: MPL-2.0
"""hostile.py: what the worst body of 1 MiB costs, each of them refused."""
import time

MEBIBYTE = 1 << 20
ROUNDS = 3
START = ('<quote-request xmlns="urn:codev:quotes:1"><organisation><name>A</name></organisation>'
         '<contact><given-name>B</given-name><family-name>C</family-name>'
         '<email>d@e.example</email></contact>')

# What it is: its beginning, what is repeated, its end.
BODIES = {
    "entities": ("<!DOCTYPE a [", "<!ENTITY b 'cdefgh'>", "]><a/>"),
    "attributes": ("<a", " b='c'", "/>"),
    "depth": ("", "<a>", ""),
    "no UTF-8": ("<a>", "é", "\udc80</a>"),
    "elements out of place": (START, "<need/>x", "</quote-request>"),
    "unknown elements": (START + "<need>", "<odd/>", "</need></quote-request>"),
    "values": (START + "<need>", "<audience>x</audience>", "</need></quote-request>"),
    "a long text": (START + "<need><message>", "x ", "</message></need></quote-request>"),
}


def _body(start, unit, end):
    room = MEBIBYTE - len((start + end).encode(errors="surrogateescape"))
    text = start + unit * (room // len(unit.encode())) + end
    return text.encode(errors="surrogateescape")


def _milliseconds(instance, body):
    started = time.monotonic()
    status, _, _ = instance.request("POST", instance.codev_url + "/quotes/requests", body,
                                    {"Content-Type": "application/xml"})
    if status not in (400, 422):
        raise RuntimeError(f"a hostile body is answered {status}")
    return (time.monotonic() - started) * 1000


def print_hostile(instance):
    """The best of some tries for each body: it is the price, not the noise, that is wanted."""
    costs = {name: min(_milliseconds(instance, _body(*parts)) for _ in range(ROUNDS))
             for name, parts in BODIES.items()}
    worst = max(costs, key=costs.get)
    print(f"\nhostile 1 MiB bodies: worst {costs[worst]:.0f} ms ({worst})")
