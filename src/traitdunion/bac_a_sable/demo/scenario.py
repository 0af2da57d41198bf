"""What the demonstration plays, on the CFA's side of the API."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from traitdunion.bac_a_sable.demo import cast, convention
from traitdunion.cfa.cerfa_pdf import fill_cerfa, read_cerfa_with_notes
from traitdunion.cfa.client import ClientCfa, Fichier
from traitdunion.cfa.convention import Engagements, build_convention
from traitdunion.cfa.errors import Refused
from traitdunion.cfa.formulaire import draw_form
from traitdunion.norme import ecriture, lecture, recepisse
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.reponses import AccuseDepot

Tell = Callable[[str], None]


@dataclass
class Played:
    """What the scenario leaves: the dossier numbers, in order."""

    dossiers: list[str] = field(default_factory=list)


def play(client: ClientCfa, *, cle_publique: bytes, formulaire: Path | None, tell: Tell) -> Played:
    """Play it all; raises AssertionError when the server does not do what the demonstration says it does."""
    fait = Played()
    blanc = draw_form() if formulaire is None else formulaire.read_bytes()
    tell(f"1. Un CERFA rempli ({'formulaire dessiné ici' if formulaire is None else formulaire.name}), lu puis déposé")
    lu = read_cerfa_with_notes(fill_cerfa(cast.paper(), blanc)).to_wire()
    lu["cerfa"]["organismeFormation"]["visaCfa"] = True  # a stamp on paper: the secretary says that it is there
    premier = _deposit(client, lu, fait, tell)

    tell("2. Un contrat venu du logiciel du CFA, en JSON")
    second = _deposit(client, cast.data(), fait, tell)

    tell("3. Le même genre de contrat, écrit comme l'écrivent les connecteurs en production")
    _deposit(client, cast.connector(), fait, tell)

    tell("4. Un contrat fautif : refusé, avec toutes ses anomalies")
    _deposit_faulty(client, tell)

    tell("5. Le contrat 2 renvoyé, comme après une réponse perdue")
    rejoue = client.deposit(_bytes(cast.data()))
    assert rejoue.numero_interne == second.numero_interne, "the same deposit must give the same number"
    tell(f"   même numéro : {rejoue.numero_externe}")

    tell("6. Le récépissé signé du premier dépôt, vérifié hors connexion")
    document = client.find_recepisse(premier.recepisse or "")
    assert recepisse.verify(document, cle_publique, corps=_bytes(lu)) == [], "the receipt must hold"
    tell("   signature et empreinte justes")

    tell("7. Trois autres contrats, pour l'OPCO")
    for depot in cast.others():
        _deposit(client, depot, fait, tell)
    return fait


def read_etats(client: ClientCfa, *, tell: Tell) -> None:
    """The states, as a connector reads them back."""
    tell("10. Les états, relus")
    for etat in client.list_etats():
        tell(f"   {etat.numero_externe}  {etat.etat}")


def _bytes(depot: dict[str, Any]) -> bytes:
    return json.dumps(depot, ensure_ascii=False, default=_number).encode()


def _number(valeur: object) -> float:
    if isinstance(valeur, Decimal):
        return float(valeur)
    raise TypeError(type(valeur).__name__)


def _deposit(client: ClientCfa, depot: dict[str, Any], fait: Played, tell: Tell) -> AccuseDepot:
    """The contract, then its convention with the employer's mandate."""
    corps = _bytes(depot)
    accuse = client.deposit(corps)
    fait.dossiers.append(accuse.numero_externe)
    tell(f"   {accuse.numero_externe}  (numéro interne {accuse.numero_interne}, récépissé {accuse.recepisse})")
    for avertissement in accuse.avertissements:
        tell(f"   à savoir : {avertissement.champ} : {avertissement.description}")
    cerfa = lecture.read(DepotDossier, corps).message.cerfa
    assert cerfa is not None
    engagements = Engagements(
        mandat_employeur=True, cout_pedagogie=Decimal("16000.00"), date_signature=date(2026, 8, 20), signee=True
    )
    donnees = build_convention(cerfa, engagements, numero_interne_dossier=accuse.numero_interne)
    piece = client.deposit_convention(
        ecriture.write(donnees), Fichier("convention.pdf", convention.draw(cerfa), "application/pdf")
    )
    tell(f"   convention reçue (document {piece.numero_interne_document})")
    return accuse


def _deposit_faulty(client: ClientCfa, tell: Tell) -> None:
    try:
        client.deposit(_bytes(cast.faulty()))
    except Refused as refus:
        for anomalie in refus.anomalies:
            tell(f"   [{anomalie.gravite}] {anomalie.champ} : {anomalie.description}")
        return
    raise AssertionError("a faulty contract must be refused")
