"""A small OpenID provider on this machine: it lets everybody in as whom it is told, and can lie in each of the known ways."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "flexapi", "the-client-secret"


class Provider:
    """Its `claims` are those of whoever logs in; `token_claims` stand in the ID token over the right ones."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.claims: dict[str, Any] = {}
        self.token_claims: dict[str, Any] = {}
        self.refuses = False
        self.codes: dict[str, dict[str, str]] = {}
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        # What ID tokens are signed with; the published one unless somebody forges them.
        self.signs_with: Any = self.key

    def log_in_as(self, name: str, *groups: str) -> None:
        """Be somebody, and tell the truth."""
        self.claims = {"sub": f"sub-{name}", "preferred_username": name, "groups": list(groups)}
        self.token_claims, self.signs_with, self.refuses = {}, self.key, False

    def document(self) -> dict[str, Any]:
        """What OpenID Connect Discovery asks for."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def keys(self) -> dict[str, Any]:
        """The key that tokens are checked with."""
        algorithm: Any = jwt.algorithms.RSAAlgorithm
        key = json.loads(algorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next: back, with a code or with a refusal."""
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        if self.refuses:
            answer = {"error": "access_denied", "error_description": "Not today."}
        else:
            code = secrets.token_urlsafe()
            self.codes[code] = asked
            answer = {"code": code}
        return f"{asked['redirect_uri']}?{urlencode({**answer, 'state': asked['state']})}"

    def token(self, given: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, which counts once; None for one that isn't good."""
        wanted = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(given.get("code", ""), None)
        if asked is None or authorization != f"Basic {wanted}":
            return None
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (challenge, given["redirect_uri"]) != (asked["code_challenge"], asked["redirect_uri"]):
            return None
        now = int(time.time())
        claims = {
            **{"iss": self.issuer, "aud": CLIENT, "sub": self.claims["sub"]},
            **{"iat": now, "exp": now + 60, "nonce": asked["nonce"], **self.token_claims},
        }
        if self.signs_with is None:
            token = jwt.encode(claims, "", algorithm="none", headers={"kid": "one"})
        else:
            token = jwt.encode(claims, self.signs_with, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "an-access-token", "token_type": "Bearer", "id_token": token}


@contextmanager
def oidc_provider() -> Iterator[Provider]:
    """A provider that runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, asked = self._asked(urlsplit(self.path).query)
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
                return
            answers: dict[str, Callable[[], dict[str, Any]]] = {
                "/.well-known/openid-configuration": provider.document,
                "/keys": provider.keys,
                "/userinfo": lambda: provider.claims,
            }
            self._answer(answers[path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            _, given = self._asked(body)
            self._answer(provider.token(given, self.headers.get("Authorization", "")))

        def _asked(self, query: str) -> tuple[str, dict[str, str]]:
            return urlsplit(self.path).path, {
                key: found[0] for key, found in parse_qs(query).items()
            }

        def _answer(self, data: dict[str, Any] | None) -> None:
            text = json.dumps(data or {"error": "invalid_grant"}).encode()
            self.send_response(400 if data is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
