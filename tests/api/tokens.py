# SPDX-License-Identifier: MPL-2.0
"""tokens.py: tokens that `codev token` would not make, signed with the instance's own key or with
another one, by the openssl program and not by the code under test."""

import base64
import hashlib
import hmac
import json
import subprocess
import time
from pathlib import Path

from lxml import etree

CONFIG = {"": "urn:codev:config:1"}


def encode(data):
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _integer(der, at):
    """A DER integer as 32 bytes, and where the next begins."""
    length = der[at + 1]
    return der[at + 2 : at + 2 + length].lstrip(b"\0").rjust(32, b"\0"), at + 2 + length


def es256(key, text):
    der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(key)], input=text.encode(),
                         capture_output=True, check=True).stdout
    r, at = _integer(der, 2)
    s, _ = _integer(der, at)
    return r + s


class Forge:
    """Makes tokens for an instance; every part may be other than it should be."""

    def __init__(self, instance, directory):
        node = etree.parse(str(instance.config)).find("tokens/key", CONFIG)
        self.key, self.key_id = Path(node.text.strip()), node.get("id")
        self.issuer = node.getparent().get("issuer")
        self.other_key = directory / "other.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-out", str(self.other_key)],
                       check=True, capture_output=True)

    def claims(self, **changes):
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.issuer, "iat": now, "exp": now + 300,
                  "org": "ecole", "sub": "forged", "role": "staff", "jti": f"t{now}"}
        claims.update(changes)
        return {name: value for name, value in claims.items() if value is not None}

    def header(self, **changes):
        header = {"alg": "ES256", "typ": "JWT", "kid": self.key_id, **changes}
        return {name: value for name, value in header.items() if value is not None}

    def token(self, header=None, key=None, **claims):
        text = f"{encode(header or self.header())}.{encode(self.claims(**claims))}"
        return f"{text}.{encode(es256(key or self.key, text))}"

    def unsigned(self):
        return f"{encode(self.header(alg='none', kid=None))}.{encode(self.claims())}."

    def by_public_key(self):
        """RFC 8725 §2.1: the public key taken for a shared secret."""
        public = subprocess.run(["openssl", "pkey", "-in", str(self.key), "-pubout"], check=True,
                                capture_output=True).stdout
        text = f"{encode(self.header(alg='HS256'))}.{encode(self.claims())}"
        return f"{text}.{encode(hmac.new(public, text.encode(), hashlib.sha256).digest())}"
