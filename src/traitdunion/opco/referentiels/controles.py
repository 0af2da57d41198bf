"""The checks with outside data: pure, on a snapshot of the reference data (regles.md §2.6, §2.7).

Everything is judged by the version in force on the date de conclusion. A nature that was never imported is not checked:
what is unknown is no fault. A member whose own form is wrong is left to the rule of forms.
"""

from collections.abc import Iterator
from datetime import date

from traitdunion.norme import identifiants as ids
from traitdunion.norme.erreurs import referentiels as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.cerfa import Cerfa, Formation, LieuFormationPrincipal, OrganismeFormation
from traitdunion.opco.referentiels.consultation import (
    IDCC_SPECIAUX,
    Certification,
    Edition,
    Kit,
    Referentiels,
    fold_opco,
)
from traitdunion.opco.referentiels.modele import Nature

CODES_DITS = 3  # codes named in a sentence
# Their certification was judged with the contract, on the day of the contract; avenant 35 alone brings another one.
AVENANTS_SANS_DIPLOME = frozenset({"31", "32", "33", "34", "36", "37", "38"})


def check_referentiels(cerfa: Cerfa, *, referentiels: Referentiels, opco: str = "") -> list[Anomalie]:
    """The anomalies of a form against the reference data; `opco`: our own name in the list of OPCO, "" not to check."""
    contrat = cerfa.contrat
    if contrat is None or contrat.date_conclusion is None:
        return []
    jour, type_contrat = contrat.date_conclusion, contrat.type_contrat_app
    anomalies: list[Anomalie] = []
    employeur = cerfa.employeur
    if employeur is not None and employeur.naf is not None:
        anomalies += _check_naf(employeur.naf, referentiels, jour)
    if employeur is not None and employeur.code_idcc is not None:
        anomalies += _check_idcc(employeur.code_idcc, referentiels, jour, opco)
    if cerfa.formation is not None and type_contrat not in AVENANTS_SANS_DIPLOME:
        anomalies += _check_formation(cerfa.formation, referentiels, jour)
    anomalies += _check_cfa("cerfa.organismeFormation", cerfa.organisme_formation, referentiels, jour)
    lieu = cerfa.organisme_formation_lieu_formation_principal
    anomalies += _check_cfa("cerfa.organismeFormationLieuFormationPrincipal", lieu, referentiels, jour)
    return anomalies


def _check_naf(naf: str, referentiels: Referentiels, jour: date) -> Iterator[Anomalie]:
    if not ids.naf_valide(naf) or referentiels.in_force(Nature.NAF, jour) is None:
        return
    if referentiels.find_naf(naf, jour=jour) is None:
        yield codes.NAF_INCONNU.anomalie("cerfa.employeur.naf", naf=naf)


def _check_idcc(idcc: str, referentiels: Referentiels, jour: date, opco: str) -> Iterator[Anomalie]:
    champ = "cerfa.employeur.codeIdcc"
    if not ids.idcc_valide(idcc) or idcc in IDCC_SPECIAUX:
        return
    convention, competent = referentiels.find_idcc(idcc, jour=jour), referentiels.competent_opco(idcc, jour=jour)
    if convention is not None and convention.abroge:
        yield codes.IDCC_ABROGE.anomalie(champ, idcc=idcc, libelle=convention.libelle or "sans libellé")
    if competent is None:
        if convention is None and referentiels.in_force(Nature.IDCC, jour) is not None:
            yield codes.IDCC_INCONNU.anomalie(champ, idcc=idcc)
    elif referentiels.knows_opco(opco, jour=jour) and fold_opco(competent) != fold_opco(opco):
        # An own name that the list ignores is a setting to correct, not a fault of every dossier.
        yield codes.IDCC_AUTRE_OPCO.anomalie(champ, idcc=idcc, opco=competent)


def _check_formation(formation: Formation, referentiels: Referentiels, jour: date) -> Iterator[Anomalie]:
    kit = referentiels.kit(jour)
    if kit is None:
        return
    rncp, code = formation.rncp, formation.code_diplome
    certification = None
    if rncp is not None and ids.rncp_valide(rncp):
        certification = referentiels.find_certification(rncp, jour=jour)
        if certification is None:
            yield _unknown(rncp, kit, jour)
        else:
            yield from _check_certification(certification, kit, jour)
    if code is None or not ids.code_diplome_valide(code):
        return
    if certification is not None:
        if code[:8] not in certification.codes_diplome:
            attendus = sorted(certification.codes_diplome)
            dits = ", ".join(attendus[:CODES_DITS]) + ("…" if len(attendus) > CODES_DITS else "")
            attendus_dits = f"le code {dits}" if len(attendus) == 1 else f"les codes {dits}"
            champ = "cerfa.formation.codeDiplome"
            yield codes.CODE_DIPLOME_DIFFERENT.anomalie(champ, rncp=certification.rncp, attendus=attendus_dits)
    elif code[:8] not in kit.contenu.codes and _unknown_diplome(code, referentiels, jour):
        yield codes.CODE_DIPLOME_INCONNU.anomalie("cerfa.formation.codeDiplome")


def _unknown_diplome(code: str, referentiels: Referentiels, jour: date) -> bool:
    """Whether the Base centrale is there and lacks the code: the kit alone does not name every diploma."""
    if referentiels.in_force(Nature.DIPLOMES, jour) is None:
        return False
    return referentiels.find_diplome(code, jour=jour) is None


def _unknown(rncp: str, kit: Edition[Kit], jour: date) -> Anomalie:
    """Numbers are given in order: one above all those of an older kit may have been registered since."""
    if int(rncp.removeprefix("RNCP")) > kit.contenu.numero_max and jour > kit.valable_du:
        raison = f"la liste des certifications du {kit.valable_du:%d/%m/%Y} ne va pas jusqu'à ce numéro"
        return codes.RNCP_A_VERIFIER.anomalie("cerfa.formation.rncp", rncp=rncp, raison=raison)
    return codes.RNCP_INCONNU.anomalie("cerfa.formation.rncp", rncp=rncp)


def _check_certification(certification: Certification, kit: Edition[Kit], jour: date) -> Iterator[Anomalie]:
    champ, rncp, echeance = "cerfa.formation.rncp", certification.rncp, certification.echeance
    if certification.active_at(jour) is False:
        if echeance is not None and echeance > kit.valable_du:
            # The kit is older than the end that it announces: the registration may have been renewed since.
            raison = f"la liste des certifications du {kit.valable_du:%d/%m/%Y} annonçait sa fin au {echeance:%d/%m/%Y}"
            yield codes.RNCP_A_VERIFIER.anomalie(champ, rncp=rncp, raison=raison)
        else:
            depuis = f" (fin le {echeance:%d/%m/%Y})" if echeance else ""
            yield codes.RNCP_INACTIF.anomalie(champ, rncp=rncp, depuis=depuis, conseil=_advice(certification))
    if certification.apprentissage is False:
        yield codes.RNCP_FERME_APPRENTISSAGE.anomalie(champ, rncp=rncp)


def _advice(certification: Certification) -> str:
    if not certification.remplacee_par:
        return "Choisissez une certification active."
    return f"Elle est remplacée par {' ou '.join(certification.remplacee_par)} : vérifiez le code."


def _check_cfa(
    chemin: str, cfa: OrganismeFormation | LieuFormationPrincipal | None, referentiels: Referentiels, jour: date
) -> Iterator[Anomalie]:
    """UAI and SIRET against each other; those that the list does not have, or has without a SIRET, say nothing."""
    if cfa is None or cfa.uai_cfa is None or cfa.siret is None:
        return
    if not ids.uai_valide(cfa.uai_cfa) or not ids.siret_valide(cfa.siret):
        return
    connu = referentiels.find_cfa(cfa.uai_cfa, jour=jour)
    if connu is not None:
        if connu.siret is not None and connu.siret != cfa.siret:
            yield codes.UAI_AUTRE_SIRET.anomalie(
                f"{chemin}.uaiCfa", attendu=connu.siret, denomination=connu.denomination or "sans nom"
            )
        return
    autres = referentiels.find_cfas(cfa.siret, jour=jour)
    if autres:
        attendus = " ou ".join(sorted(un.uai for un in autres)[:CODES_DITS])
        yield codes.SIRET_AUTRE_UAI.anomalie(f"{chemin}.uaiCfa", attendus=attendus)
