"""The commands of `traitdunion cfa --help`, by family, in the order of the work."""

from contextlib import AbstractContextManager
from typing import Any

from traitdunion.cfa.terminal.outcome import outcome
from traitdunion.lancement.fin import Groupe

FAMILLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Préparer", ("modele", "importer", "controler", "lire-cerfa", "remplir-cerfa")),
    ("Envoyer", ("deposer", "envoyer", "envois")),
    ("Suivre", ("synchroniser", "suivre", "facturer", "rapprocher")),
    ("Régler", ("configurer", "diagnostic", "opco")),
)
SANS_COUPE = 500  # the formatter folds what is long; nothing ends with « ... »
AUTRES = "Autres commandes"


class GroupeParFamilles(Groupe):
    """A group whose help lists its commands by family."""

    def expected(self) -> AbstractContextManager[None]:
        """An error of the CFA's side that a command lets through is told as the others are."""
        return outcome(en_json=False)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the work; those of no family at the end."""
        rangs = {nom: rang for rang, nom in enumerate(nom for _, noms in FAMILLES for nom in noms)}
        return sorted(super().list_commands(ctx), key=lambda nom: (rangs.get(nom, len(rangs)), nom))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """One section a family."""
        titres = {nom: titre for titre, noms in FAMILLES for nom in noms}
        visibles = [(nom, self.commands[nom]) for nom in self.list_commands(ctx) if not self.commands[nom].hidden]
        for titre in [*(titre for titre, _ in FAMILLES), AUTRES]:
            lignes = [
                (nom, commande.get_short_help_str(SANS_COUPE))
                for nom, commande in visibles
                if titres.get(nom, AUTRES) == titre
            ]
            if lignes:
                with formatter.section(titre):
                    formatter.write_dl(lignes)
