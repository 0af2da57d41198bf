"""From a message to an envoi to be kept, and from an envoi to the very bytes that leave."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec

from traitdunion.cfa.boite.disque.fichiers import Fichiers
from traitdunion.cfa.boite.disque.store import AEnvoyer, Nouveau, Store
from traitdunion.cfa.boite.errors import SansIdentite
from traitdunion.cfa.boite.etats import NatureEnvoi
from traitdunion.cfa.echange.fichiers import Fichier
from traitdunion.norme import contenu, ecriture, lecture
from traitdunion.norme.identite import identite as identite_of
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.pieces import Certificat, InfosFichier, Objet

DOSSIER = "DOSSIER_APPRENTISSAGE"
_AILLEURS = "numero:"  # suites of dossiers that this box did not send


def digest(octets: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(octets).hexdigest()


def suite_of(numero_interne: str) -> str:
    """The suite of a dossier sent by other means. Raises SansIdentite: that is not a numeroInterne."""
    if not (numero_interne.isascii() and numero_interne.isdigit()):
        raise SansIdentite("Il manque le numéro interne du dossier (des chiffres, et non le numéro « CA- »).")
    return f"{_AILLEURS}{numero_interne}"


def is_foreign(suite: str) -> bool:
    """Whether a suite is of a dossier sent by other means."""
    return suite.startswith(_AILLEURS)


def numero_of(store: Store, suite: str) -> str | None:
    """The number of the dossier that a suite is about, once it has one."""
    if is_foreign(suite):
        return suite.removeprefix(_AILLEURS)
    trouve = store.find_dossier(suite)
    return None if trouve is None else trouve[0]


def prepare_dossier(corps: bytes, *, promotion: str | None, libelle: str | None) -> tuple[Nouveau, str]:
    """A contract to be kept, and its identity. Raises Refus, SansIdentite."""
    cerfa = lecture.read(DepotDossier, corps).message.cerfa
    identite = dossier_identite(cerfa)
    if cerfa is None or identite is None:
        raise SansIdentite("Ce dossier n'a pas d'employeur, d'apprenti ou de contrat : il ne peut être mis en boîte.")
    apprenti = cerfa.apprenti
    nom = " ".join(mot for mot in (apprenti.nom, apprenti.prenom) if mot) if apprenti else ""
    neuf = Nouveau(
        nature=NatureEnvoi.DOSSIER,
        suites=(uuid4().hex,),
        corps=corps,
        sha256_corps=digest(corps),
        cle_idempotence=str(uuid4()),
        identite=identite,
        promotion=promotion,
        libelle=libelle or nom or None,
    )
    return neuf, identite


def dossier_identite(cerfa: Cerfa | None) -> str | None:
    """What makes two contracts one in this box and in what the OPCO reads back; None for a form that has none."""
    try:
        return None if cerfa is None else f"dossier:{identite_of(cerfa, siren='').hex()}"
    except ValueError:
        return None


def same_contenu(un: bytes, autre: bytes) -> bool:
    """Whether two deposits say the same, word for word once read."""
    premier, second = (lecture.read(DepotDossier, octets).message for octets in (un, autre))
    return not contenu.differences(premier, second)


def contradictions(lu: DepotDossier, envoye: DepotDossier) -> tuple[str, ...]:
    """Members that the OPCO gives back with another value than the one sent.

    What it does not give back (a NIR, say) contradicts nothing, and 783.9 is 783.90.
    """
    return tuple(chemin for chemin in contenu.differences(lu, envoye) if _value(lu, chemin) is not None)


def prepare_convention(convention: Convention, fichier: Fichier, *, modele: Nouveau) -> Nouveau:
    """The convention of a contract: the dossier's number is left out, it is written when it leaves."""
    corps = ecriture.write(msgspec.structs.replace(convention, numero_interne_dossier=None))
    return _joined(NatureEnvoi.CONVENTION, corps, fichier, modele)


def prepare_document(infos: InfosFichier, fichier: Fichier, *, modele: Nouveau) -> Nouveau:
    """A document of a contract; the same."""
    return _joined(NatureEnvoi.DOCUMENT, ecriture.write(infos), fichier, modele)


def prepare_piece(infos: InfosFichier, fichier: Fichier, *, suite: str, libelle: str | None) -> Nouveau:
    """One more document of a dossier of the box, or of one sent by other means."""
    return _piece(NatureEnvoi.DOCUMENT, ecriture.write(infos), fichier, (suite,), libelle, None)


def prepare_certificat(certificat: Certificat, fichier: Fichier, *, suite: str, libelle: str | None) -> Nouveau:
    """A certificat de réalisation."""
    return _piece(NatureEnvoi.CERTIFICAT, ecriture.write(certificat), fichier, (suite,), libelle, None)


def prepare_facture(facture: Facture, fichier: Fichier, *, suites: Sequence[str], libelle: str | None) -> Nouveau:
    """An invoice or a credit note: its identity is its issuer and its number (norme.md §7). Raises SansIdentite."""
    if not facture.numero or not facture.siret_emetteur:
        raise SansIdentite("Une facture se met en boîte avec son numéro et le SIRET de son émetteur.")
    nature = NatureEnvoi.AVOIR if isinstance(facture, Avoir) else NatureEnvoi.FACTURE
    identite = f"facture:{facture.siret_emetteur}:{facture.numero}"
    # Apart from any dossier, an invoice is a suite of its own.
    toutes = tuple(dict.fromkeys(suites)) or (f"{_AILLEURS}{identite}",)
    return _piece(nature, ecriture.write(facture), fichier, toutes, libelle or facture.numero, identite)


def is_intact(garde: AEnvoyer, fichiers: Fichiers) -> bool:
    """Whether payload and file are still the ones that were put in."""
    return load_parts(garde, fichiers) is not None


def load_parts(garde: AEnvoyer, fichiers: Fichiers) -> tuple[bytes, Fichier | None] | None:
    """Payload and file, verified against the hashes of the day they were put in; None when one is damaged or gone."""
    envoi = garde.envoi
    if garde.corps is None or digest(garde.corps) != envoi.sha256_corps:
        return None
    if envoi.sha256_fichier is None or envoi.fichier is None:
        return garde.corps, None
    octets = fichiers.find(envoi.sha256_fichier)
    if octets is None:
        return None
    return garde.corps, Fichier(envoi.fichier, octets, garde.type_fichier or "application/pdf")


def complete(corps: bytes, nature: NatureEnvoi, numero: str) -> bytes:
    """The bytes that leave: the number of the dossier where the norm wants it; the same each time."""
    if nature is NatureEnvoi.CONVENTION:
        # Its first member: what follows is not read again, so that amounts and days stay as they were written.
        suite = corps[1:] if corps == b"{}" else b"," + corps[1:]
        return b'{"numeroInterneDossier":' + msgspec.json.encode(numero) + suite
    if nature is NatureEnvoi.DOCUMENT:
        infos = msgspec.json.decode(corps, type=InfosFichier)
        objets = infos.objets or (Objet(type_objet=DOSSIER),)
        remplis = tuple(
            msgspec.structs.replace(objet, id_objet=numero)
            if objet.id_objet is None and objet.type_objet in (None, DOSSIER)
            else objet
            for objet in objets
        )
        return ecriture.write(msgspec.structs.replace(infos, objets=remplis))
    return corps


def _joined(nature: NatureEnvoi, corps: bytes, fichier: Fichier, modele: Nouveau) -> Nouveau:
    piece = _piece(nature, corps, fichier, modele.suites, modele.libelle, None)
    return replace(piece, promotion=modele.promotion)


def _piece(
    nature: NatureEnvoi,
    corps: bytes,
    fichier: Fichier,
    suites: tuple[str, ...],
    libelle: str | None,
    identite: str | None,
) -> Nouveau:
    corps_256, fichier_256 = digest(corps), digest(fichier.contenu)
    return Nouveau(
        nature=nature,
        suites=suites,
        corps=corps,
        sha256_corps=corps_256,
        cle_idempotence=str(uuid4()),
        # The same piece of the same dossier (norme.md §7): same type, same data, same bytes.
        identite=identite or f"{nature.lower()}:{suites[0]}:{corps_256}:{fichier_256}",
        libelle=libelle,
        fichier=fichier.nom,
        type_fichier=fichier.type_contenu,
        sha256_fichier=fichier_256,
    )


def _value(message: msgspec.Struct, chemin: str) -> Any:
    """The value at a path such as `cerfa.contrat.remunerationsAnnuelles[0].taux`; None when nothing is there."""
    valeur = msgspec.to_builtins(message, builtin_types=(date, Decimal))
    for pas in re.findall(r"[^.\[\]]+", chemin):
        if isinstance(valeur, list | tuple):
            valeur = valeur[int(pas)] if int(pas) < len(valeur) else None
        else:
            valeur = valeur.get(pas) if isinstance(valeur, dict) else None
    return valeur
