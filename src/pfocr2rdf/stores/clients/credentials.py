"""Who we are to a server: from the environment, from netrc, or asked for. It is told to that server and to nobody else."""

from __future__ import annotations

import base64
import netrc
import os
import threading
from collections.abc import Callable, Generator

import httpx

from pfocr2rdf.errors import StoreError

USER_VARIABLE, PASSWORD_VARIABLE, TOKEN_VARIABLE = "PFOCR2RDF_USER", "PFOCR2RDF_PASSWORD", "PFOCR2RDF_TOKEN"

PasswordPrompt = Callable[[str], str]
"""Asks the user for a password, given what it is for."""

_LOGIN_HELP = f"set {USER_VARIABLE} and {PASSWORD_VARIABLE}, or {TOKEN_VARIABLE}, or write the host into ~/.netrc"


class Credentials:
    """A name and a password, or a token. Nothing that is printed of it has them."""

    def __init__(self, user: str = "", password: str = "", token: str = "") -> None:
        self.user = user
        self._password = password
        self._token = token

    @classmethod
    def find(cls, url: httpx.URL, user: str = "", ask_password: PasswordPrompt | None = None) -> Credentials:
        """What the environment has, else netrc's entry of the host, else what the user answers.

        Args:
            url: the server.
            user: the name to log in with, where it was given.
            ask_password: asks for the password of that name, where there is somebody to ask.

        Raises:
            StoreError: there is a name and no password, or netrc cannot be read.
        """
        if token := os.environ.get(TOKEN_VARIABLE, ""):
            return cls(token=token)
        user = user or os.environ.get(USER_VARIABLE, "")
        if password := os.environ.get(PASSWORD_VARIABLE, "") if user else "":
            return cls(user, password)
        name, password = _read_netrc(url.host)
        if password and user in ("", name):
            return cls(name, password)
        if user and ask_password:
            return cls(user, ask_password(f"Password of {user} at {url.host}"))
        if user:
            raise StoreError(f"there is no password for {user} at {url.host}; {_LOGIN_HELP}")
        return cls()

    def __bool__(self) -> bool:
        return bool(self.user or self._token)

    def __repr__(self) -> str:
        return f"Credentials({self.user!r}, ...)"

    def mask(self, text: str) -> str:
        """The text with the secrets in it masked."""
        basic = base64.b64encode(f"{self.user}:{self._password}".encode()).decode() if self._password else ""
        for secret in filter(None, (basic, self._password, self._token)):
            text = text.replace(secret, "***")
        return text

    def auth(self) -> httpx.Auth:
        """Answers what the server asks for: Basic, Digest, or a bearer's token."""
        return _ChallengeAuth(self.user, self._password, self._token)

    def explain_refusal(self, url: str) -> str:
        """What to say when the server turned us away."""
        if self:
            return f"{url}: the server refuses the {'token' if self._token else f'password of {self.user}'}; correct it"
        return f"{url}: the server asks for a password; {_LOGIN_HELP}"


def _read_netrc(host: str) -> tuple[str, str]:
    try:
        entry = netrc.netrc(os.environ.get("NETRC")).authenticators(host)
    except FileNotFoundError:
        return "", ""
    except (OSError, netrc.NetrcParseError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{error.msg} in line {error.lineno}"
        raise StoreError(f"~/.netrc cannot be read: {reason}") from None
    return (entry[0], entry[2] or "") if entry else ("", "")


class _ChallengeAuth(httpx.Auth):
    """Waits for the server's challenge, and answers it in its own way; each thread counts its own answers."""

    def __init__(self, user: str, password: str, token: str) -> None:
        self._user, self._password, self._token = user, password, token
        self._chosen = threading.local()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        chosen: httpx.Auth | None = getattr(self._chosen, "auth", None)
        if chosen is None:
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            chosen = self._chosen.auth = self._answer(response.headers.get("WWW-Authenticate", ""))
        yield from chosen.auth_flow(request)

    def _answer(self, challenge: str) -> httpx.Auth:
        if self._token:
            return _BearerAuth(self._token)
        if "digest" in challenge.lower():
            return httpx.DigestAuth(self._user, self._password)
        return httpx.BasicAuth(self._user, self._password)


class _BearerAuth(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request
