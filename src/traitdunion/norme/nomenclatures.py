"""The closed lists of the CERFA and of the norm, each code with its French label (regles.md §1.3, norme.md §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Nomenclature:
    """A list of codes; `anciens` are those of older versions of the form, still read (with a warning)."""

    nom: str
    codes: Mapping[str, str]
    anciens: Mapping[str, str] = field(default_factory=dict)

    def admis(self) -> str:
        """The codes admitted today, with their labels, for an error sentence."""
        return ", ".join(f"{code} ({libelle})" for code, libelle in self.codes.items())

    def libelle(self, code: str) -> str | None:
        """The French label of a code, None if it is in no version of the list."""
        return self.codes.get(code) or self.anciens.get(code)


MODE_CONTRACTUEL = Nomenclature(
    "modeContractuel",
    {
        "1": "à durée limitée",
        "2": "dans le cadre d'un CDI",
        "3": "entreprise de travail temporaire",
        "4": "activités saisonnières à deux employeurs",
    },
)
TYPE_EMPLOYEUR = Nomenclature(
    "typeEmployeur",
    {
        "11": "entreprise inscrite au répertoire des métiers ou au registre des entreprises d'Alsace-Moselle",
        "12": "entreprise inscrite uniquement au registre du commerce et des sociétés",
        "13": "entreprise dont les salariés relèvent de la MSA",
        "14": "profession libérale",
        "15": "association",
        "16": "autre employeur privé",
        "21": "service de l'État",
        "22": "commune",
        "23": "département",
        "24": "région",
        "25": "établissement public hospitalier",
        "26": "établissement public local d'enseignement",
        "27": "établissement public administratif de l'État",
        "28": "établissement public administratif local",
        "29": "autre employeur public",
        "30": "établissement public industriel et commercial",
    },
)
EMPLOYEURS_PUBLICS = frozenset(str(code) for code in range(21, 30))
EMPLOYEUR_SPECIFIQUE = Nomenclature(
    "employeurSpecifique",
    {
        "0": "aucun de ces cas",
        "1": "entreprise de travail temporaire",
        "2": "groupement d'employeurs",
        "3": "employeur saisonnier",
        "4": "apprentissage familial",
    },
)
SEXE = Nomenclature("sexe", {"M": "masculin", "F": "féminin"})
NATIONALITE = Nomenclature("nationalite", {"1": "française", "2": "Union européenne", "3": "hors Union européenne"})
REGIME_SOCIAL = Nomenclature("regimeSocial", {"1": "MSA", "2": "URSSAF"})
SITUATION_AVANT_CONTRAT = Nomenclature(
    "situationAvantContrat",
    {
        "1": "scolaire",
        "2": "prépa apprentissage",
        "3": "étudiant",
        "4": "contrat d'apprentissage",
        "5": "contrat de professionnalisation",
        "6": "contrat aidé",
        "7": "en CFA, stagiaire de la formation professionnelle, avant contrat",
        "8": "en CFA, stagiaire de la formation professionnelle, après rupture",
        "9": "autre situation sous statut de stagiaire de la formation professionnelle",
        "10": "salarié",
        "11": "personne à la recherche d'un emploi",
        "12": "inactif",
    },
)
DIPLOME = Nomenclature(
    "diplome",
    {
        "80": "doctorat",
        "73": "master",
        "75": "diplôme d'ingénieur",
        "76": "diplôme d'école de commerce",
        "79": "autre diplôme ou titre de niveau bac+5 ou plus",
        "62": "licence professionnelle",
        "63": "licence générale",
        "64": "bachelor universitaire de technologie (BUT)",
        "69": "autre diplôme ou titre de niveau bac+3 ou 4",
        "54": "brevet de technicien supérieur (BTS)",
        "55": "diplôme universitaire de technologie (DUT)",
        "58": "autre diplôme ou titre de niveau bac+2",
        "41": "baccalauréat professionnel",
        "42": "baccalauréat général",
        "43": "baccalauréat technologique",
        "44": "diplôme de spécialisation professionnelle",
        "49": "autre diplôme ou titre de niveau bac",
        "33": "CAP",
        "34": "BEP",
        "35": "certificat de spécialisation",
        "38": "autre diplôme ou titre de niveau CAP/BEP",
        "25": "diplôme national du brevet",
        "26": "certificat de formation générale",
        "13": "aucun diplôme ni titre professionnel",
    },
    anciens={
        "61": "1re année de master (liste d'avant 2025)",
        "71": "master professionnel ou DESS (liste d'avant 2025)",
        "72": "master recherche ou DEA (liste d'avant 2025)",
        "74": "diplôme d'ingénieur ou d'école de commerce (liste d'avant 2025)",
    },
)
DERNIERE_CLASSE = Nomenclature(
    "derniereClasse",
    {
        "01": "dernière année suivie, diplôme obtenu",
        "11": "1re année validée",
        "12": "1re année non validée",
        "21": "2e année validée",
        "22": "2e année non validée",
        "31": "3e année validée",
        "32": "3e année non validée",
        "40": "collège achevé",
        "41": "études interrompues en 3e",
        "42": "études interrompues en 4e",
    },
)
NIVEAU_MAITRE = Nomenclature(
    "niveauDiplomeObtenu",
    {
        "0": "aucun diplôme",
        "3": "CAP, BEP",
        "4": "baccalauréat",
        "5": "BTS, DUT, DEUG",
        "6": "licence, BUT, maîtrise",
        "7": "master, ingénieur",
        "8": "doctorat",
    },
)
TYPE_CONTRAT = Nomenclature(
    "typeContratApp",
    {
        "11": "premier contrat",
        "21": "nouveau contrat chez le même employeur",
        "22": "nouveau contrat chez un autre employeur",
        "23": "nouveau contrat après une rupture",
        "31": "avenant : situation juridique de l'employeur",
        "32": "avenant : changement d'employeur (saisonnier)",
        "33": "avenant : prolongation après un échec à l'examen",
        "34": "avenant : prolongation, travailleur handicapé",
        "35": "avenant : diplôme supplémentaire",
        "36": "avenant : autres changements",
        "37": "avenant : lieu d'exécution",
        "38": "avenant : lieu principal de formation",
    },
)
TYPE_DEROGATION = Nomenclature(
    "typeDerogation",
    {
        "11": "âge inférieur à 16 ans",
        "12": "âge supérieur à 29 ans",
        "21": "réduction de la durée du contrat",
        "22": "allongement de la durée du contrat",
        "50": "cumul de dérogations",
        "60": "autre dérogation",
    },
)
TYPE_SALAIRE = Nomenclature(
    "typeSalaire",
    {"SMIC": "salaire minimum de croissance", "SMC": "salaire minimum conventionnel"},
)
VERSION_CERFA = Nomenclature(
    "versionCERFA",
    {"10103*14": "en vigueur depuis le 1er juillet 2025"},
    anciens={f"10103*{version}": "version antérieure" for version in (10, 11, 12, 13)},
)
TYPE_FICHIER = Nomenclature(
    "typeFichier",
    {
        "CONVENTION_FORMATION": "convention de formation",
        "CONVENTION_REDUCTION_DUREE": "convention de réduction ou d'allongement de durée",
        "CONVENTION_MOBILITE": "convention de mobilité",
        "FACTURE": "facture",
        "CERTIFICAT_REALISATION": "certificat de réalisation",
        "CERFA": "contrat signé",
        "MANDAT": "mandat de gestion",
        "FACTURE_PARTICIPATION_EMPLOYEUR": "facture de la participation de l'employeur",
        "ATTESTATION_DEBUT": "attestation de début de formation",
        "ANNEXE_CFA_INTERNE": "annexe pédagogique et financière du CFA d'entreprise",
        "DECLARATION_PROJET": "déclaration de projet de création ou de reprise d'entreprise",
        "CONVENTION_ENTREPRISE_ACCUEIL": "convention avec une entreprise d'accueil",
        "PIECE_COMPLEMENTAIRE": "pièce complémentaire",
    },
)
TYPE_OBJET = Nomenclature("typeObjet", {"DOSSIER_APPRENTISSAGE": "dossier", "FACTURE": "facture"})
NATURE_LIGNE = Nomenclature(
    "natureLigne",
    {
        "PEDAGOGIE": "pédagogie",
        "PREMIEREQUIPEMENT": "premier équipement",
        "MOBILITE": "mobilité internationale",
        "HEBERGEMENT": "hébergement",
        "RESTAURATION": "restauration",
        "MAJORATION_RQTH": "majoration travailleur handicapé",
    },
)
ETAT_DOSSIER = Nomenclature(
    "etat",
    {
        "TRANSMIS": "transmis",
        "EN_COURS_INSTRUCTION": "en cours d'instruction",
        "ENGAGE": "engagé (accord)",
        "REFUSE": "refusé",
        "ANNULE": "annulé",
        "RUPTURE": "rompu",
        "SOLDE": "soldé",
    },
    anciens={"RUPTU": "rompu"},
)
ETAT_FACTURE = Nomenclature(
    "etatFacture",
    {
        "TRANSMIS": "transmise",
        "EN_COURS_INSTRUCTION": "en cours d'instruction",
        "REGLE": "réglée",
        "REGLE_PARTIEL": "réglée en partie",
        "REJETE": "rejetée",
        "ANNULE": "annulée par un avoir",
    },
)
ETAT_LIGNE = Nomenclature(
    "etatLigne",
    {
        "A_COMPLETER": "à compléter : une pièce est attendue",
        "EN_INSTRUCTION": "en cours d'instruction",
        "ACCEPTEE": "acceptée, à payer",
        "ORDONNEE": "virement ordonné",
        "REGLEE": "réglée",
        "REJETEE": "rejetée",
        "ANNULEE": "annulée par un avoir",
        "FORCLOSE": "forclose : facturée ou complétée trop tard",
        "A_RECOUVRER": "avoir sur un montant réglé : à rendre",
        "IMPUTEE": "avoir imputé",
    },
)
TYPE_CERTIFICAT = Nomenclature(
    "typeCertificat",
    {"Intermediaire": "en cours de formation", "Final": "de fin de formation"},
)


def niveau_diplome(code: str | None) -> int | None:
    """The level (3 to 8) of a diploma code; None for no diploma or an unknown code."""
    if code is None or code not in DIPLOME.codes or code[0] not in "345678":
        return None
    return int(code[0])
