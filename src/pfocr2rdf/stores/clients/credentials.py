"""Credentials: from the environment, from netrc, or from a prompt. They are sent to one server only."""

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
"""Asks the user for a password, by this text."""

_LOGIN_HELP = f"set {USER_VARIABLE} and {PASSWORD_VARIABLE}, or {TOKEN_VARIABLE}, or write the host into ~/.netrc"


class Credentials:
    """A user name and a password, or a token, or nothing. Its representation and what it masks do not show the secrets."""

    def __init__(self, user: str = "", password: str = "", token: str = "") -> None:
        self.user = user
        self._password = password
        self._token = token

    @classmethod
    def find(cls, url: httpx.URL, user: str = "", ask_password: PasswordPrompt | None = None) -> Credentials:
        """The credentials of the environment, else of netrc, else of a prompt, if there is a terminal.

        Raises:
            StoreError: there is a user name and no password, or netrc cannot be read.
        """
        if token := os.environ.get(TOKEN_VARIABLE, ""):
            return cls(token=token)
        user = user or os.environ.get(USER_VARIABLE, "")
        if password := os.environ.get(PASSWORD_VARIABLE, "") if user else "":
            return cls(user, password)
        netrc_user, password = _read_netrc(url.host)
        if password and user in ("", netrc_user):
            return cls(netrc_user, password)
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
        """The text with asterisks for the secrets in it."""
        basic = base64.b64encode(f"{self.user}:{self._password}".encode()).decode() if self._password else ""
        for secret in filter(None, (basic, self._password, self._token)):
            text = text.replace(secret, "***")
        return text

    def auth(self) -> httpx.Auth:
        """The answer to the server's challenge: Basic, Digest, or a bearer token."""
        return _ChallengeAuth(self.user, self._password, self._token)

    def explain_refusal(self, url: str) -> str:
        """The message for a response that refuses the credentials."""
        if self:
            return f"{url}: the server refuses the {'token' if self._token else f'password of {self.user}'}; correct it"
        return f"{url}: the server asks for a password; {_LOGIN_HELP}"


def _read_netrc(host: str) -> tuple[str, str]:
    """The user name and the password of a host.

    ``httpx.NetRCAuth`` does not do: it answers no Digest, and does not tell the user name, nor the password that is to be masked.
    """
    try:
        entry = netrc.netrc(os.environ.get("NETRC")).authenticators(host)
    except FileNotFoundError:
        return "", ""
    except (OSError, netrc.NetrcParseError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{error.msg} in line {error.lineno}"
        raise StoreError(f"~/.netrc cannot be read: {reason}") from None
    return (entry[0], entry[2] or "") if entry else ("", "")


class _ChallengeAuth(httpx.Auth):
    """Answers the server's challenge by the scheme that it names. Each thread has its own answer, since Digest counts requests."""

    def __init__(self, user: str, password: str, token: str) -> None:
        self._user, self._password, self._token = user, password, token
        self._local = threading.local()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        auth: httpx.Auth | None = getattr(self._local, "auth", None)
        if auth is None:
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            auth = self._local.auth = self._answer(response.headers.get("WWW-Authenticate", ""))
        yield from auth.auth_flow(request)

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
