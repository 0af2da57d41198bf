"""A keyring as a desktop has one, for tests: keyring's own port, in memory."""

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class TrousseauEnMemoire(KeyringBackend):
    """A keyring as a desktop has one, but in memory; `verrouille`: nobody has typed its password."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.gardes: dict[tuple[str, str], str] = {}
        self.verrouille = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.gardes.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.gardes[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.gardes.pop((service, username), None) is None:
            raise PasswordDeleteError("nothing there")

    def _check(self) -> None:
        if self.verrouille:
            raise keyring.errors.KeyringLocked("locked")
