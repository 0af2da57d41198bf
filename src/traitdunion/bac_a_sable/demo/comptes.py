"""The people of the demonstration: one account for each of those who use the portals, ready to connect."""

import secrets
from dataclasses import dataclass

from traitdunion.bac_a_sable.demo import cast
from traitdunion.opco.assemblage import Commandes
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.comptes.service import NouveauCompte

MOTS = ("girafe", "violon", "marmite", "nuage", "cerise", "tunnel", "plume", "fourmi", "balcon", "orage", "truelle")


@dataclass(frozen=True, slots=True)
class Acces:
    """How one of them connects."""

    url: str
    utilisateur: str
    mot_de_passe: str

    def __repr__(self) -> str:
        return f"Acces({self.utilisateur!r})"


async def create(commandes: Commandes, *, editeur: int, portail: str) -> dict[str, Acces]:
    """Make the accounts, their passwords drawn; by the name of their space."""
    gens = {
        "mya": ("cfa", "Camille", Role.CFA_ADMINISTRATEUR, (cast.SIRET_CFA,), None, "mya"),
        "employeur": ("employeur", "Sacha", Role.EMPLOYEUR, (cast.SIRET_EMPLOYEUR,), None, "mya"),
        "editeur": ("editeur", "Noa", Role.EDITEUR, (), editeur, "editeur"),
        "comptable": ("comptable", "Claude", Role.OPCO_COMPTABLE, (), None, "instruction"),
        "instruction": ("opco", "Dominique", Role.OPCO_ADMINISTRATEUR, (), None, "instruction"),
    }
    acces = {}
    for nom, (utilisateur, prenom, role, sirets, son_editeur, espace) in gens.items():
        mot_de_passe = "-".join(secrets.choice(MOTS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"
        cree = await commandes.comptes.create(
            NouveauCompte(
                utilisateur=utilisateur,
                nom="FICTIF",
                prenom=prenom,
                courriel=f"{utilisateur}@demonstration.example",
                role=role,
                sirets=sirets,
                editeur=son_editeur,
            ),
            par="demo",
        )
        await commandes.connexion.set_mot_de_passe(cree.lien.rpartition("/")[2], mot_de_passe)
        acces[nom] = Acces(url=f"{portail}/{espace}/", utilisateur=utilisateur, mot_de_passe=mot_de_passe)
    return acces
