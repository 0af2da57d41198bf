"""The in-memory twin of the mail server, for tests of what stands above the port."""

from email.message import EmailMessage

from traitdunion.opco.socle.courriel.port import EnvoiImpossible


class MemoirePostier:
    """Keeps the mails in a list; `panne`, when set, is raised instead."""

    def __init__(self) -> None:
        self.envoyes: list[EmailMessage] = []
        self.panne: EnvoiImpossible | None = None

    async def send(self, message: EmailMessage) -> None:
        """See the port."""
        if self.panne is not None:
            raise self.panne
        self.envoyes.append(message)
