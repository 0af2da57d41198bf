"""What the features ask of a mail server."""

from email.message import EmailMessage
from typing import Protocol


class EnvoiImpossible(Exception):
    """The mail did not leave, as far as is known. Its text holds no address, no password and no part of the mail."""


class MessageRefuse(EnvoiImpossible):
    """The server refused this mail (its address, its content): it may well take the next one."""


class Postier(Protocol):
    """Hands a mail over. Once `send` returns, the mail is with the server (or in the folder) for good."""

    async def send(self, message: EmailMessage) -> None:
        """Send to the address of « To », from that of « From ». Raises EnvoiImpossible or MessageRefuse.

        A mail whose answer was lost may have left: send it again with the same Message-ID.
        """
        ...
