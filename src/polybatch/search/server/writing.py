"""Who may write: whoever has the token, sent as a bearer token; without a token set, nobody."""

import hmac
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from polybatch.errors import Fault
from polybatch.search.server.faults import RefusedError

SHORTEST = 16  # characters of a token
VARIABLE = "POLYBATCH_TOKEN"

bearer = HTTPBearer(auto_error=False, description="The token that the server was started with.")


def token_faults(token: str | None) -> list[Fault]:
    """What is wrong with a token that a server is to be started with; none is right: writing is off then."""
    if token is None or (len(token) >= SHORTEST and token.isascii() and token.isprintable() and " " not in token):
        return []
    found = f"{len(token)} characters, or other than plain letters, digits and signs"
    return [Fault(VARIABLE, found, f"{SHORTEST} or more plain ones, such as `openssl rand -hex 32` prints")]


def may_write(request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
    """Let a request go on that has the token; else raise a refusal, 403 where writing is off and 401 otherwise.

    The comparison takes as long whatever was sent.
    """
    token: str | None = request.app.state.token
    if token is None:
        raise RefusedError(403, [Fault("writing", "is off", f"start the server with {VARIABLE} set")])
    if sent is None or not hmac.compare_digest(sent.credentials.encode(), token.encode()):
        fault = Fault("Authorization", "no token, or a wrong one", "Bearer and the server's token")
        raise RefusedError(401, [fault], {"www-authenticate": "Bearer"})
