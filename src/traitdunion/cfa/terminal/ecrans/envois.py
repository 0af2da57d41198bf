"""The outbox on screen: its envois, one of them, what a sending did."""

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from traitdunion.cfa.boite.etats import LIBELLES, LIBELLES_NATURES, EtatEnvoi
from traitdunion.cfa.boite.modeles import Arret, BilanBoite, Envoi
from traitdunion.cfa.terminal import affichage

VIDE = (
    "La boîte d'envoi est vide. Pour y mettre un contrat : "
    "traitdunion cfa deposer DOSSIER.json --convention CONVENTION.pdf --boite"
)


def moment(instant: datetime) -> str:
    """A time as a person reads it where they are."""
    return instant.astimezone().strftime("%d/%m/%Y %H:%M:%S")


def tell_bilan(bilan: BilanBoite, *, vide: bool, en_json: bool) -> None:
    """What a sending did, and what a person does next; `vide`: there was nothing to send."""
    if en_json:
        affichage.print_json(
            {
                "etats": {str(etat): nombre for etat, nombre in bilan.etats.items()},
                "acceptes": bilan.acceptes,
                "retrouves": bilan.retrouves,
                "refuses": bilan.refuses,
                "perdus": bilan.perdus,
                "bloques": bilan.bloques,
                "attendentPersonne": bilan.attendent_personne,
                "arret": bilan.arret,
                "phrase": bilan.phrase,
                "reference": bilan.reference,
                "prochainEssaiLe": None if bilan.prochain_essai_le is None else bilan.prochain_essai_le.isoformat(),
            }
        )
        return
    if vide:
        affichage.say(VIDE)
        return
    affichage.print_lines(
        [
            ("Acceptés", f"{bilan.acceptes}" + (f", dont {bilan.retrouves} retrouvés" if bilan.retrouves else "")),
            ("Refusés", str(bilan.refuses) if bilan.refuses else None),
            ("Encore en attente", str(bilan.etats[EtatEnvoi.EN_ATTENTE] - bilan.bloques)),
            ("Bloqués par un autre", str(bilan.bloques) if bilan.bloques else None),
            ("Incertains", str(bilan.etats[EtatEnvoi.INCERTAIN]) if bilan.etats[EtatEnvoi.INCERTAIN] else None),
        ]
    )
    if bilan.phrase:
        affichage.say(bilan.phrase, "bold red" if bilan.arret is Arret.ACCES else "yellow")
    for phrase in _advice(bilan):
        affichage.say(phrase)


def _advice(bilan: BilanBoite) -> Iterator[str]:
    """What a person does next."""
    if bilan.etats[EtatEnvoi.REFUSE]:
        yield "Pour voir pourquoi : traitdunion cfa envois lister --etat refuse, puis voir N°."
    if bilan.attendent_personne:
        yield "À vérifier par une personne : traitdunion cfa envois lister --etat incertain, puis voir N°."
    if bilan.arret in (Arret.ATTENTE, Arret.RESEAU):
        yield "Relancez plus tard, ou ajoutez --jusqu-au-bout pour attendre ici."


def show_envois(envois: list[Envoi]) -> None:
    """One row by envoi, on the standard output."""
    from traitdunion.cfa.terminal.ecrans.tableaux import Colonne, show_table

    lignes = []
    for envoi in envois:
        quoi = f"{LIBELLES_NATURES[envoi.nature]} {envoi.libelle or ''}".rstrip()
        numero = envoi.numero_externe or envoi.numero_interne or envoi.numero_document or ""
        essais = str(envoi.essais) if envoi.essais > 1 else ""  # the first is the rule
        lignes.append((f"{envoi.id}. {quoi}", LIBELLES[envoi.etat], numero, essais, _remark(envoi)))
    colonnes = (
        Colonne("Envoi", souple=True),
        Colonne("État"),
        Colonne("Numéro chez l'OPCO"),
        Colonne("Essais", droite=True),
        Colonne("Remarque", souple=True),
    )
    show_table("", colonnes, lignes)


def _remark(envoi: Envoi) -> str:
    if envoi.bloque_par is not None:
        return f"bloqué par l'envoi n° {envoi.bloque_par}"
    if envoi.attend_personne:
        return "à vérifier par une personne"
    if envoi.prochain_essai_le is not None:
        return f"prochain essai le {moment(envoi.prochain_essai_le)}"
    return envoi.code or ""


def show_envoi(envoi: Envoi, bloqueur: Envoi | None) -> None:
    """All that is known of one; `bloqueur`: the one that it waits for."""
    blocage = None if bloqueur is None else f"l'envoi n° {bloqueur.id}, {LIBELLES[bloqueur.etat]}"
    prochain, purge = envoi.prochain_essai_le, envoi.purge_le
    affichage.print_lines(
        [
            ("Envoi", f"n° {envoi.id}, {LIBELLES_NATURES[envoi.nature]}"),
            ("État", LIBELLES[envoi.etat]),
            ("Pour", envoi.libelle),
            ("Promotion", envoi.promotion),
            ("Bloqué par", blocage),
            ("Numéro", envoi.numero_externe),
            ("Numéro interne", envoi.numero_interne),
            ("Numéro du document", envoi.numero_document),
            ("Récépissé", envoi.recepisse),
            ("Essais", str(envoi.essais)),
            ("Prochain essai", None if prochain is None else moment(prochain)),
            ("Code", envoi.code),
            ("Explication", envoi.message),
            ("Référence de l'OPCO", envoi.reference),
            ("Fichier", envoi.fichier),
            ("Empreinte des données", envoi.sha256_corps),
            ("Empreinte du fichier", envoi.sha256_fichier),
            ("Contenu effacé le", None if purge is None else moment(purge)),
        ]
    )
    for champ in envoi.champs:
        ou = f"{champ.champ} : " if champ.champ else ""
        sys.stdout.write(f"  - {ou}{champ.description} ({champ.code})\n")


def plain_envoi(envoi: Envoi) -> dict[str, Any]:
    """An envoi as JSON members."""
    return {
        "id": envoi.id,
        "nature": envoi.nature,
        "etat": envoi.etat,
        "suite": envoi.suite,
        "promotion": envoi.promotion,
        "libelle": envoi.libelle,
        "numeroInterne": envoi.numero_interne,
        "numeroExterne": envoi.numero_externe,
        "numeroInterneDocument": envoi.numero_document,
        "recepisse": envoi.recepisse,
        "essais": envoi.essais,
        "prochainEssaiLe": None if envoi.prochain_essai_le is None else envoi.prochain_essai_le.isoformat(),
        "creeLe": envoi.cree_le.isoformat(),
        "modifieLe": envoi.modifie_le.isoformat(),
        "code": envoi.code,
        "message": envoi.message,
        "reference": envoi.reference,
        "anomalies": [{"code": c.code, "champ": c.champ, "description": c.description} for c in envoi.champs],
        "attendPersonne": envoi.attend_personne,
        "bloquePar": envoi.bloque_par,
        "fichier": envoi.fichier,
        "sha256Corps": envoi.sha256_corps,
        "sha256Fichier": envoi.sha256_fichier,
    }
