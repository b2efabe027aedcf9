# SPDX-License-Identifier: MPL-2.0
"""hostile.py: what a body of 1 MiB costs a worker that refuses it, kind by kind.

A body is a beginning, a unit that is repeated, and an end. "#" in the unit is another number each
time, so that names and values differ. Of a kind there are several bodies: the unit stands in
several places, and where only so many units can be read, something else fills the rest of the
mebibyte. The worst of them is told.
"""
import pathlib
import time

import processes

MEBIBYTE = 1 << 20
NODES_MAX, MARKS_MAX = 10000, 50000  # XML_NODES_MAX and XML_MARKS_MAX of core/xml/gate.h
FIELDS_MAX = 1000  # REQUEST_FIELDS_MAX of core/request/request.h
GOAL_MS = 20
SUSPECTS, TRIES = 3, 4  # how many bodies of a kind are tried again, how often

ROOT = '<quote-request xmlns="urn:codev:quotes:1">'
CLOSE = "</quote-request>"
START = (ROOT + "<organisation><name>A</name></organisation><contact><given-name>B</given-name>"
         "<family-name>C</family-name><email>d@e.example</email></contact>")
NEED = START + "<need>"
GOOD_NEED = (NEED + "<audience>executives</audience><participants>14</participants>"
             "<modality>remote</modality>")
CONSENT = '<consent text-version="2026-11" accepted="true"/>' + CLOSE
SOME_ATTRIBUTES = " ".join(f"a{number}=''" for number in range(64))

# Refused by the gate or the parser: beginning, unit, end.
UNREADABLE = {
    "entities": ("<!DOCTYPE a [", "<!ENTITY b 'cdefgh'>", "]><a/>"),
    "attributes of one element": ("<a", " b#=''", "/>"),
    "depth": ("", "<a>", ""),
    "no UTF-8 at the end": ("<a>", "é", "\udc80</a>"),
    "brackets": ("", "<", ""),
    "JSON": ('{"a":[', '{"b":[1,"c"]},', "0]}"),
    "a comment without end": ("<a><!--", "- ", ""),
    "zeros in a reference": ("<a>&#x", "0", "41;</b>"),
    "line ends": ("", "\r\n", "<a>"),
    "a name without end": ("<", "a", "/>"),
    "names too long": (ROOT, "<" + "a" * 1001 + "/>", CLOSE),
    "too many elements": (ROOT, "<a#/>", CLOSE),
    "too many elements, with text": (ROOT, "x<a/>", CLOSE),
    "too many attributes": (ROOT, "<a b#='' c#=''/>", CLOSE),
    "too many namespaces": (ROOT, "<a xmlns:b#='c#'/>", CLOSE),
    "too many of 64 attributes": (ROOT, f"<a {SOME_ATTRIBUTES}/>", CLOSE),
    "too many, deep": (ROOT, "<a>" * 60 + "</a>" * 60, CLOSE),
    "too many references": ("<a>", "&lt;", "</a>"),
    "too many references in an attribute": ("<a b='", "&lt;", "'></a>"),
    "too many comments": ("<a>", "<!---->x", "</a>"),
    "too many processing instructions": ("<a>", "<?b?>x", "</a>"),
    "too many CDATA sections": ("<a>", "<![CDATA[x]]>y", "</a>"),
}

# As often as it can be read, in each place: refused by the schema, or by the parser at the very end.
ELEMENTS = {
    "elements": "<a/>",
    "elements of other names": "<a#/>",
    "elements of long, other names": "<" + "n" * 80 + "#/>",
    "elements of the longest names": "<" + "é" * 490 + "#/>",
    "audiences": "<audience>executives</audience>",
    "audiences, all unlike": "<audience>#</audience>",
    "audiences, blank": "<audience/>",
    "needs": "<need/>",
    "contacts": "<contact><given-name>B</given-name><email>d#@e.example</email></contact>",
    "attributes": "<a b='' c='' d=''/>",
    "attributes of other names": "<a b#='' c#=''/>",
    "elements of 64 attributes": f"<need {SOME_ATTRIBUTES}/>",
    "namespaces": "<a xmlns='b#'/>",
    "prefixes": "<b:a xmlns:b='c#'/>",
    "depth of unknown elements": "<a>" * 55 + "</a>" * 55,
    "depth of known elements": "<need>" * 55 + "</need>" * 55,
}
PLACES = {
    "in the root": (START, CONSENT),
    "in the need": (NEED, "</need>" + CONSENT),
    "in a good need": (GOOD_NEED, "</need>" + CONSENT),
    "in a text": (GOOD_NEED + "<message>", "</message></need>" + CONSENT),
    "in another root": ("<a>", "</a>"),
    "in a document cut": (ROOT, "</b>"),
}
FILLINGS = {", nothing between": None, ", text between": "", ", accents between": "é",
            ", references between": "&lt;", ", comments between": "<!---->x"}

# Texts, in each place where there may be one.
TEXTS = {"letters": "x", "words": "word ", "accents": "é", "spaces": " ", "line ends": "\n",
         "dots": "a.", "digits": "1", "zeros": "0", "dates": "2027-", "references": "&#65;",
         "references by name": "&lt;", "processing instructions": "x<?y?>",
         "CDATA sections": "<![CDATA[x]]>", "comments": "x<!---->"}
VALUES = {
    "name": (ROOT + "<organisation><name>", "</name></organisation>" + CLOSE),
    "siren": (ROOT + "<organisation><siren>", "</siren></organisation>" + CLOSE),
    "email": (ROOT + "<contact><email>", "</email></contact>" + CLOSE),
    "phone": (ROOT + "<contact><phone>", "</phone></contact>" + CLOSE),
    "audience": (NEED + "<audience>", "</audience></need>" + CLOSE),
    "participants": (NEED + "<participants>", "</participants></need>" + CLOSE),
    "starting-from": (NEED + "<starting-from>", "</starting-from></need>" + CLOSE),
    "message": (GOOD_NEED + "<message>", "</message></need>" + CONSENT),
    "message, its end bad": (GOOD_NEED + "<message>", "\x7f</message></need>" + CONSENT),
    "need, which takes none": (NEED, "</need>" + CLOSE),
    "@href": (ROOT[:-1] + ' href="/', '"/>'),
    "@received-at": (ROOT[:-1] + ' received-at="', '"/>'),
    "@status": (ROOT[:-1] + ' status="', '"/>'),
    "@odd": (ROOT[:-1] + ' odd="', '"/>'),
}

# Fields of a form: how many (None: as there is room for), the beginning of each, what fills the
# rest, the end.
FORMS = {
    "unknown fields": (FIELDS_MAX, "f#=", "x", ""),
    "fields of one unknown name": (FIELDS_MAX, "f=", "x", ""),
    "fields of long names": (FIELDS_MAX, "x" * 900 + "#=", "1", ""),
    "names of a thousand dots": (FIELDS_MAX, "need" + "." * 1000 + "#=", "1", ""),
    "too many fields": (None, "f#=1&", "", ""),
    "fields without names": (None, "=&", "", ""),
    "separators": (None, "&", "", ""),
    "audiences": (FIELDS_MAX, "need.audience=", "x", ""),
    "audiences of bad characters": (FIELDS_MAX, "need.audience=", "%01", ""),
    "e-mails": (FIELDS_MAX, "contact.email=", "a.", ""),
    "one text": (1, "need.message=", "x", ""),
    "one text of words": (1, "need.message=", "word+", ""),
    "one text of escapes": (1, "need.message=", "%C3%A9", ""),
    "one text of accents": (1, "need.message=", "é", ""),
    "one text of brackets": (1, "need.message=", "<", ""),
    "one text of line ends": (1, "need.message=", "x%0D%0A", ""),
    "one text of bad characters": (1, "need.message=", "%01", ""),
    "one text, no UTF-8 at the end": (1, "need.message=", "x", "%80"),
    "one line of quotes": (1, "organisation.name=", '"', ""),
    "one phone": (1, "contact.phone=", "0", ""),
    "one phone of gaps": (1, "contact.phone=", "0+", ""),
    "one siren": (1, "organisation.siren=", "1", ""),
    "one e-mail": (1, "contact.email=", "a.", ""),
    "one date": (1, "need.starting-from=", "2027-", ""),
    "one number": (1, "need.participants=", "1", ""),
    "one audience": (1, "need.audience=", "x", ""),
    "one unknown name": (1, "x", "x", ""),
}
XML, FORM = "application/xml", "application/x-www-form-urlencoded"


def _bytes(text):
    return text.encode(errors="surrogateescape")


def _units(room, unit, most):
    """As many units as there is room for, and may be."""
    if "#" not in unit:
        return [_bytes(unit)] * min(most, room // len(_bytes(unit)))
    units, size = [], 0
    while len(units) < most:
        units.append(_bytes(unit.replace("#", str(len(units)))))
        size += len(units[-1])
        if size > room:
            return units[:-1]
    return units


def _document(start, unit, end, most=MEBIBYTE, filling=None):
    """Between the units there is as much of the filling as can be read, and then letters."""
    room = MEBIBYTE - len(_bytes(start + end))
    units = _units(room, unit, most)
    between = b""
    if filling is not None:
        left = (room - sum(map(len, units))) // len(units)
        times = left // len(_bytes(filling)) if filling else 0
        between = _bytes(filling) * (min(times, MARKS_MAX // len(units)) if _marks(filling)
                                     else times)
        between += b"x" * (left - len(between))
    return _bytes(start) + b"".join(unit + between for unit in units) + _bytes(end)


def _nodes(text):
    """How many elements and attributes a text of ours has."""
    return text.count("<") - text.count("</") + (text.count("'") + text.count('"')) // 2


def _marks(text):
    """How many references, comments, processing instructions and CDATA sections."""
    return text.count("&") + text.count("<!") + text.count("<?")


def _form(count, name, unit, end):
    if count is None:
        return b"".join(_units(MEBIBYTE, name, MEBIBYTE))
    room = MEBIBYTE // count - len(_bytes(name)) - len(str(count)) - len(end) - 1
    rest = _bytes(unit) * (room // len(_bytes(unit))) + _bytes(end)
    return b"&".join(_bytes(name.replace("#", str(number))) + rest for number in range(count))


def _crowd(unit):
    for place, (start, end) in PLACES.items():
        most = (NODES_MAX - _nodes(start + end)) // _nodes(unit)
        for name, filling in FILLINGS.items():
            yield f" {place}{name}", XML, _document(start, unit, end, most, filling)


def _texts(start, end):
    for name, unit in TEXTS.items():
        if end.startswith("<") or "<" not in unit:
            most = MARKS_MAX - 1 if _marks(unit) else MEBIBYTE
            yield f" of {name}", XML, _document(start, unit, end, most, "")


def _kinds(honest):
    """Each kind's name, and its bodies: the name's rest, the media type, the bytes. What is honest
    comes first, to compare with."""
    fault = honest.replace(b'accepted="true"', b'accepted="false"')
    comment = b"<!--" + b"x" * (MEBIBYTE - len(fault) - 7) + b"-->"
    yield "honest, of 1.5 KB, with a fault", [("", XML, fault)]
    yield "honest, of 1 MiB by a comment, with a fault", [("", XML, fault + comment)]
    for name, parts in UNREADABLE.items():
        yield name, [("", XML, _document(*parts))]
    for name, unit in ELEMENTS.items():
        yield name, _crowd(unit)
    for name, (start, end) in VALUES.items():
        yield name, _texts(start, end)
    for name, parts in FORMS.items():
        yield f"form: {name}", [("", FORM, _form(*parts))]


def _cpu_ms(workers):
    """What they have used so far, by the kernel's own nanoseconds."""
    return sum(int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0])
               for pid in workers) / 1e6


def _settled_cpu_ms(workers):
    """Behind its answer a worker frees and logs."""
    last = None
    while (now := _cpu_ms(workers)) != last:
        last = now
        time.sleep(0.002)
    return now


def _cost(instance, media_type, body):
    workers = processes.leaves(instance.roots["codev"])
    before = _settled_cpu_ms(workers)
    status, _, _ = instance.request("POST", instance.codev_url + "/quotes/requests", body,
                                    {"Content-Type": media_type})
    if status not in (400, 422):
        raise RuntimeError(f"a hostile body is answered {status}")
    return _settled_cpu_ms(workers) - before


def _worst(instance, bodies):
    """Each body once; then those that were the dearest again, because a busy machine makes cheap
    ones dear: the lowest of its tries is a body's price."""
    tried = sorted(((_cost(instance, media_type, body), name, media_type, body)
                    for name, media_type, body in bodies), key=lambda tried: -tried[0])
    return max((min([cost] + [_cost(instance, media_type, body) for _ in range(TRIES)]), name)
               for cost, name, media_type, body in tried[:SUSPECTS])


def print_hostile(instance, honest):
    if not pathlib.Path("/proc/self/schedstat").exists():
        print("\nRefused bodies: not measured, the kernel has no /proc/PID/schedstat")
        return
    costs = []
    for kind, bodies in _kinds(honest):
        cost, rest = _worst(instance, bodies)
        costs.append((cost, kind + rest))
    print(f"\n{'Refused bodies of 1 MiB':<72}{'CPU-ms':>8}{'goal':>9}")
    for cost, name in sorted(costs, reverse=True):
        print(f"{name:<72}{cost:>8.1f}{f'< {GOAL_MS}':>9}"
              f"{'met' if cost < GOAL_MS else 'MISSED':>9}")
