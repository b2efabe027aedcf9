# SPDX-License-Identifier: MPL-2.0
"""providers.py: identity providers of organisations: their keys, their JWKS, their tokens of every
algorithm, made by python3-cryptography."""

import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tokens import encode

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
              "EdDSA")
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def number(value, size=None):
    return encode(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def make_key(algorithm):
    if algorithm in CURVES:
        return ec.generate_private_key(CURVES[algorithm])
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


def jwk(key, **members):
    """The public half."""
    public = key.public_key()
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = public.public_numbers()
        own = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        numbers, size = public.public_numbers(), (key.key_size + 7) // 8
        own = {"kty": "EC", "crv": f"P-{key.key_size}", "x": number(numbers.x, size),
               "y": number(numbers.y, size)}
    else:
        own = {"kty": "OKP", "crv": "Ed25519",
               "x": encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw))}
    return {**own, **members}


def sign(key, algorithm, text):
    data = text.encode()
    if algorithm == "EdDSA":
        return key.sign(data)
    chosen = HASHES[algorithm[2:]]
    if algorithm in CURVES:
        size = (key.key_size + 7) // 8
        return b"".join(part.to_bytes(size, "big")
                        for part in decode_dss_signature(key.sign(data, ec.ECDSA(chosen))))
    if algorithm.startswith("RS"):
        return key.sign(data, padding.PKCS1v15(), chosen)
    return key.sign(data, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)


class Provider:
    """One issuer. Its keys' ids are their algorithms; one key serves all of RSA's."""

    def __init__(self, organisation, url, roles, audience="codev"):
        self.organisation, self.url, self.roles, self.audience = organisation, url, roles, audience
        self.keys = {name: make_key(name) for name in ("RSA", *CURVES, "EdDSA")}

    def jwks(self):
        return {"keys": [jwk(key, kid=name, use="sig") for name, key in self.keys.items()]}

    @staticmethod
    def key_id(algorithm):
        return "RSA" if algorithm[:2] in ("RS", "PS") else algorithm

    def claims(self, **changes):
        now = int(time.time())
        claims = {"iss": self.url, "aud": self.audience, "sub": "alice", "iat": now,
                  "exp": now + 300, "role": self.roles.split()[-1]}
        claims.update(changes)
        return {name: value for name, value in claims.items() if value is not None}

    def header(self, algorithm="ES256", **changes):
        header = {"alg": algorithm, "typ": "at+jwt", "kid": self.key_id(algorithm), **changes}
        return {name: value for name, value in header.items() if value is not None}

    def token(self, algorithm="ES256", header=None, key=None, **claims):
        text = f"{encode(header or self.header(algorithm))}.{encode(self.claims(**claims))}"
        return f"{text}.{encode(sign(key or self.keys[self.key_id(algorithm)], algorithm, text))}"


def issuer_element(organisation, url, audience, roles, path):
    """As it stands in codev.xml."""
    return (f'<issuer organisation="{organisation}" url="{url}" audience="{audience}"'
            f' roles="{roles}">{path}</issuer>')


def write_json(path, document):
    path.write_text(json.dumps(document))
    path.chmod(0o644)
    return path
