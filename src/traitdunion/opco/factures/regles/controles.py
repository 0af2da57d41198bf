"""The checks of an invoice that need the dossiers' facts: pure, all anomalies at once (regles.md §5, norme.md §2.3)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from traitdunion.norme.erreurs import Anomalie, Gravite
from traitdunion.norme.erreurs import factures as codes
from traitdunion.norme.facturation.echeances import codification_agrees, read_numero_echeance
from traitdunion.norme.facturation.montants import say_montant, to_centimes
from traitdunion.norme.facturation.natures import FRAIS_ANNEXES, UNE_SEULE_FOIS, Nature, read_nature
from traitdunion.norme.messages.facture import Facture, LigneFacture
from traitdunion.opco.comptabilite.postes import EN_COURS, Cle, Poste
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.factures.regles.faits import FaitsDossier, LigneLue, find_echeance
from traitdunion.opco.factures.regles.parts import Part, split

FACTURABLES = frozenset({Etat.ENGAGE, Etat.RUPTURE})
PAS_ENCORE = frozenset({Etat.TRANSMIS, Etat.EN_COURS_INSTRUCTION})
MOTS_ETAT = {Etat.REFUSE: "refusé", Etat.ANNULE: "annulé", Etat.SOLDE: "soldé"}


class Examen(msgspec.Struct, frozen=True, kw_only=True):
    """The anomalies of an invoice, and what its lines ask for when none blocks."""

    anomalies: list[Anomalie]
    parts: list[Part]


def examine(facture: Facture, dossiers: Mapping[str, FaitsDossier], *, recu_le: date) -> Examen:
    """Judge an invoice by the facts of its dossiers, named as in `numeroDossier`; those of another SIREN are not there.

    What the body alone tells is `norme.controles`' to judge; a line that it found wrong is left aside here.
    """
    anomalies: list[Anomalie] = []
    lignes: list[LigneLue] = []
    for rang, ligne in enumerate(facture.lignes or ()):
        trouvees, lue = _read(facture, ligne, rang, dossiers, recu_le)
        anomalies += trouvees
        if lue is not None:
            lignes.append(lue)
    depassements = [*_check_echeances(lignes), *_check_frais(lignes)]
    anomalies += depassements
    if len(lignes) < len(facture.lignes or ()) or any(une.gravite is Gravite.BLOQUANT for une in anomalies):
        return Examen(anomalies=anomalies, parts=[])
    parts, dites = split(facture, lignes)
    return Examen(anomalies=[*anomalies, *dites], parts=parts)


def _read(
    facture: Facture, ligne: LigneFacture, rang: int, dossiers: Mapping[str, FaitsDossier], recu_le: date
) -> tuple[list[Anomalie], LigneLue | None]:
    """One line with its facts, or why it has none."""
    champ, nature = f"facture.lignes[{rang}]", read_nature(ligne.nature_ligne)
    numero = read_numero_echeance(ligne.numero_echeance)
    if nature is None or numero is None or ligne.montant is None or ligne.numero_dossier is None:
        return [], None
    faits = dossiers.get(ligne.numero_dossier)
    if faits is None:
        return [codes.DOSSIER_DE_LIGNE_INCONNU.anomalie(f"{champ}.numeroDossier")], None
    externe = faits.numero_externe
    if faits.etat in PAS_ENCORE:
        return [codes.DOSSIER_NON_ENGAGE.anomalie(f"{champ}.numeroDossier", numero_dossier=externe)], None
    if faits.etat not in FACTURABLES:
        mot = MOTS_ETAT[faits.etat]
        return [codes.DOSSIER_NON_FACTURABLE.anomalie(f"{champ}.numeroDossier", numero_dossier=externe, etat=mot)], None
    echeance = find_echeance(numero, faits.echeances.values())
    if echeance is None:
        return [
            codes.ECHEANCE_INCONNUE.anomalie(
                f"{champ}.numeroEcheance",
                numero_dossier=externe,
                numero_echeance=numero,
                existantes=", ".join(str(un) for un in sorted(faits.echeances)) or "aucune",
            )
        ], None
    lue = LigneLue(
        rang=rang,
        nature=nature,
        montant=to_centimes(ligne.montant),
        faits=faits,
        echeance=echeance,
        brute=ligne,
    )
    # An amount that the body's own checks refuse hides nothing of the sums.
    return list(_check_ligne(facture, lue, recu_le)), lue if lue.montant > 0 else None


def _check_ligne(facture: Facture, ligne: LigneLue, recu_le: date) -> Iterator[Anomalie]:
    """What concerns one line and its échéance."""
    faits, echeance, brute = ligne.faits, ligne.echeance, ligne.brute
    dit = {"numero_dossier": faits.numero_externe, "numero_echeance": echeance.numero}
    if facture.date_emission is not None and facture.date_emission < echeance.ouverture:
        ouverture = f"{echeance.ouverture:%d/%m/%Y}"
        yield codes.ECHEANCE_NON_OUVERTE.anomalie(f"{ligne.champ}.numeroEcheance", ouverture=ouverture, **dit)
    if faits.is_last(echeance) and faits.forclusion is not None and recu_le > faits.forclusion:
        limite = f"{faits.forclusion:%d/%m/%Y}"
        yield codes.ECHEANCE_FORCLOSE.anomalie(f"{ligne.champ}.numeroEcheance", limite=limite, **dit)
    if not codification_agrees(brute.codification_echeance, numero=echeance.numero, attendue=echeance.codification):
        yield codes.CODIFICATION_DIFFERENTE.anomalie(
            f"{ligne.champ}.codificationEcheance", numero_echeance=echeance.numero, attendue=echeance.codification
        )
    if brute.numero_deca and faits.numero_deca and brute.numero_deca.upper() != faits.numero_deca.upper():
        yield codes.NUMERO_DECA_DIFFERENT.anomalie(f"{ligne.champ}.numeroDeca", numero_dossier=faits.numero_externe)
    emetteur = facture.siret_emetteur
    # Another SIREN is refused elsewhere, in its own words.
    if emetteur is not None and emetteur != echeance.siret_cfa and emetteur[:9] == echeance.siret_cfa[:9]:
        yield codes.SIRET_AUTRE_ETABLISSEMENT.anomalie("facture.siretEmetteur", siret_cfa=echeance.siret_cfa, **dit)


def _check_echeances(lignes: list[LigneLue]) -> Iterator[Anomalie]:
    """The ceiling is that of the échéance as a whole; the RQTH part has one of its own (norme.md §2.3)."""
    groupes: dict[tuple[int, int], list[LigneLue]] = defaultdict(list)
    for ligne in lignes:
        if ligne.nature not in FRAIS_ANNEXES:
            groupes[ligne.faits.numero_interne, ligne.echeance.numero].append(ligne)
    for (_, numero), groupe in groupes.items():
        premiere, livre = groupe[0], groupe[0].faits.livre
        dit = {"numero_dossier": premiere.faits.numero_externe, "numero_echeance": numero}
        total = sum(une.montant for une in groupe)
        reste = livre.total(Poste.A_FACTURER, echeance=numero)
        if total > reste:
            yield codes.MONTANT_SUPERIEUR_AU_RESTE.anomalie(
                f"{premiere.champ}.montant", montant=say_montant(total), reste=say_montant(reste), **dit
            )
        rqth = [une for une in groupe if une.nature is Nature.MAJORATION_RQTH]
        demande = sum(une.montant for une in rqth)
        reste_rqth = livre.disponible(Cle(numero, Nature.MAJORATION_RQTH.value))
        if demande > reste_rqth:
            yield codes.RQTH_AU_DELA_DE_L_ENGAGEMENT.anomalie(
                f"{rqth[0].champ}.montant", montant=say_montant(demande), reste=say_montant(reste_rqth), **dit
            )


def _check_frais(lignes: list[LigneLue]) -> Iterator[Anomalie]:
    """Frais annexes: engaged for the contract as a whole; some are invoiced once (regles.md §4.7)."""
    groupes: dict[tuple[int, Nature], list[LigneLue]] = defaultdict(list)
    for ligne in lignes:
        if ligne.nature in FRAIS_ANNEXES:
            groupes[ligne.faits.numero_interne, ligne.nature].append(ligne)
    for (_, nature), groupe in groupes.items():
        premiere, livre = groupe[0], groupe[0].faits.livre
        dit = {"numero_dossier": premiere.faits.numero_externe, "nature": nature.libelle}
        if not livre.engage(premiere.cle):
            yield codes.FRAIS_NON_ENGAGES.anomalie(f"{premiere.champ}.natureLigne", **dit)
            continue
        if nature in UNE_SEULE_FOIS and (
            len(groupe) > 1 or livre.total(*EN_COURS, Poste.REGLE, nature=nature.value) > 0
        ):
            yield codes.FRAIS_DEJA_FACTURES.anomalie(f"{groupe[-1].champ}.natureLigne", **dit)
            continue
        total, reste = sum(une.montant for une in groupe), livre.disponible(premiere.cle)
        if total > reste:
            yield codes.FRAIS_AU_DELA_DE_L_ENGAGEMENT.anomalie(
                f"{premiere.champ}.montant", montant=say_montant(total), reste=say_montant(reste), **dit
            )
