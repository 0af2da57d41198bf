"""The matrix of the eleven OPCO, and this project's own server (norme.md §6).

What norme.md gives as seen is marked VU; the rest is this project's decision, to be corrected here and in
docs/norme/divergences.md, §6.
"""

from datetime import date

from traitdunion.norme.identite import fold_name
from traitdunion.norme.profils.modele import (
    Dpop,
    FluxJeton,
    FormeErreur,
    Identifiants,
    NomRoute,
    ProfilOpco,
    RouteOpco,
    Source,
    Support,
)

MATRICE_DU = date(2026, 7, 28)
OUI, TEST, DEV, NON = Support.OUI, Support.EN_TEST, Support.EN_DEVELOPPEMENT, Support.NON
VU, DECIDE = Source.VU, Source.DECIDE

_PORTAIL = "sur le portail {de}"
_CONSEILS = {
    NomRoute.STATUT: "Vérifiez la connexion en relisant l'état de vos dossiers.",
    NomRoute.CLE: f"Lisez la fin de validité de votre identifiant API CFA {_PORTAIL}.",
    NomRoute.DEPOSER_DOSSIER: f"Déposez le contrat {_PORTAIL}.",
    NomRoute.LIRE_DOSSIER: f"Suivez le dossier {_PORTAIL}.",
    NomRoute.LIRE_LISTE: f"Relisez les dossiers un par un, ou {_PORTAIL}.",
    NomRoute.LIRE_ETATS: f"Suivez vos dossiers {_PORTAIL}.",
    NomRoute.DEPOSER_CONVENTION: f"Déposez la convention {_PORTAIL}.",
    NomRoute.DEPOSER_DOCUMENT: f"Déposez cette pièce {_PORTAIL}.",
    NomRoute.DEPOSER_FACTURE: f"Déposez la facture {_PORTAIL}.",
    NomRoute.LIRE_ETATS_FACTURES: f"Suivez vos factures {_PORTAIL}, et rapprochez-les de vos relevés de banque.",
    NomRoute.DEPOSER_CERTIFICAT: f"Déposez le certificat de réalisation {_PORTAIL}.",
    NomRoute.DECLARER_RUPTURE: f"Déclarez la rupture {_PORTAIL}.",
    NomRoute.CONTROLER: "Contrôlez le dossier hors ligne : traitdunion cfa controler DOSSIER.json.",
    NomRoute.DEPOSER_AVOIR: f"Transmettez l'avoir {_PORTAIL}, ou par courriel à votre interlocuteur.",
    NomRoute.LIRE_ETATS_AVOIRS: f"Suivez vos avoirs {_PORTAIL}.",
    NomRoute.LIRE_EVENEMENTS: "Relisez les états des dossiers : seuls ceux qui ont changé comptent.",
    NomRoute.LIRE_RECEPISSE: "Gardez le numéro de dossier rendu au dépôt : c'est lui qui vaut preuve.",
    NomRoute.LIRE_DOCUMENT: f"Relisez le fichier {_PORTAIL}, ou dans vos propres archives.",
}
_NORME = {
    NomRoute.STATUT: "/status",
    NomRoute.DEPOSER_DOSSIER: "/dossiers",
    NomRoute.LIRE_DOSSIER: "/dossiers",
    NomRoute.LIRE_LISTE: "/dossiers/liste",
    NomRoute.LIRE_ETATS: "/dossiers/etats",
}
_EXTENSIONS = {
    NomRoute.CONTROLER: "/v2/dossiers/controle",
    NomRoute.DEPOSER_AVOIR: "/v2/avoirs",
    NomRoute.LIRE_ETATS_AVOIRS: "/v2/avoirs/etats",
    NomRoute.LIRE_EVENEMENTS: "/v2/evenements",
    NomRoute.LIRE_RECEPISSE: "/v2/recepisses",
    NomRoute.LIRE_DOCUMENT: "/v2/documents",
}
_API = ("api.read api.write",)
# Which OPCO run the SOR software is not known: those that norme.md puts with Atlas are taken for such [D].
_SOR = {"PREMIEREQUIPEMENT": "Premierequipement", "RESTAURATION": "Restauration"}
_FACTURES_SOR = "/v1/Factures"
_SOR_SUPPOSE = (
    "Supposé sous le logiciel SOR : factures à /v1/Factures, natures « Restauration », « Premierequipement »."
)


def _de(nom: str) -> str:
    """« d'Afdas », « de Constructys », « de l'OPCO 2i »: as a sentence says it."""
    if nom.startswith("OPCO"):
        return f"de l'{nom}"
    return f"d'{nom}" if nom[0] in "AEIOU" else f"de {nom}"


def _routes(
    nom: str,
    *,
    dossiers: tuple[Support, Support],
    factures: Support,
    etats_factures: Support,
    conventions: Support,
    certificats: Support = NON,
    documents: Support = OUI,
    source: Source = VU,
    source_documents: Source = DECIDE,
    forme_documents: FormeErreur | None = None,
    chemin_factures: str = "/v1/factures",
    extensions: Support = NON,
) -> tuple[RouteOpco, ...]:
    """The routes of one OPCO. `dossiers`: v1, then v2; what is read of dossiers comes with their deposit [D]."""
    v1, v2 = dossiers

    def route(
        nom_route: NomRoute, chemin: str, support: Support, source: Source, forme: FormeErreur | None = None
    ) -> RouteOpco:
        conseil = _CONSEILS[nom_route].format(de=_de(nom))
        return RouteOpco(
            nom=nom_route, chemin=chemin, support=support, source=source, conseil=conseil, forme_erreur=forme
        )

    faites = []
    for nom_route, chemin in _NORME.items():
        # Only the column « cerfa v2 » is seen: v1 and the reading of dossiers follow from it.
        vue = source if nom_route is NomRoute.DEPOSER_DOSSIER else DECIDE
        ancien = OUI if nom_route is NomRoute.STATUT else v1
        faites.append(route(nom_route, f"/v1{chemin}", ancien, vue if v1 is not OUI else DECIDE))
        faites.append(route(nom_route, f"/v2{chemin}", v2, vue))
    faites += [
        route(NomRoute.CLE, "/v2/cfakeyinfo", OUI, DECIDE),
        route(NomRoute.DEPOSER_CONVENTION, "/v1/conventions", conventions, source),
        route(NomRoute.DEPOSER_DOCUMENT, "/v1/documents", documents, source_documents, forme_documents),
        route(NomRoute.DEPOSER_FACTURE, chemin_factures, factures, source),
        route(NomRoute.LIRE_ETATS_FACTURES, "/v2/factures/etats", etats_factures, source),
        route(NomRoute.DEPOSER_CERTIFICAT, "/v2/certificats", certificats, source),
        route(NomRoute.DECLARER_RUPTURE, "/v2/dossiers/rupture/employeur", v2, DECIDE),
    ]
    faites += [route(nom_route, chemin, extensions, DECIDE) for nom_route, chemin in _EXTENSIONS.items()]
    return tuple(faites)


AFDAS = ProfilOpco(
    code="afdas",
    nom="Afdas",
    jeton=FluxJeton(serveur="Okta", dpop=Dpop.JETON, identifiants=Identifiants.BASIC, source=VU),
    forme_erreur=FormeErreur.ERRORS,
    source_erreur=VU,
    routes=_routes("Afdas", dossiers=(OUI, DEV), factures=OUI, etats_factures=DEV, conventions=OUI, certificats=OUI),
    numero_externe="CA-",
    remarques=("Seul OPCO à recevoir les certificats de réalisation par l'API.",),
)
AKTO = ProfilOpco(
    code="akto",
    nom="Akto",
    jeton=FluxJeton(
        scopes=(".default", "api.read api.write"),
        source=VU,
        remarque="« .default » depuis 2026, « api.read api.write » pour la v1.",
    ),
    forme_erreur=FormeErreur.ERRORS,
    source_erreur=VU,
    routes=_routes(
        "Akto",
        dossiers=(OUI, OUI),
        factures=OUI,
        etats_factures=OUI,
        conventions=OUI,
        source_documents=VU,
        forme_documents=FormeErreur.DESCRIPTION_MAJUSCULE,
    ),
)
ATLAS = ProfilOpco(
    code="atlas",
    nom="Atlas",
    jeton=FluxJeton(scopes=_API, source=VU),
    forme_erreur=FormeErreur.DESCRIPTION,
    source_erreur=VU,
    routes=_routes(
        "Atlas",
        dossiers=(OUI, OUI),
        factures=OUI,
        etats_factures=OUI,
        conventions=OUI,
        chemin_factures=_FACTURES_SOR,
    ),
    natures=_SOR,
    logiciel="SOR",
    remarques=(_SOR_SUPPOSE,),
)
MOBILITES = ProfilOpco(
    code="opco-mobilites",
    nom="OPCO Mobilités",
    jeton=FluxJeton(scopes=_API, source=VU),
    forme_erreur=FormeErreur.ERRORS,
    source_erreur=VU,
    routes=_routes("OPCO Mobilités", dossiers=(OUI, OUI), factures=OUI, etats_factures=OUI, conventions=OUI),
    # One OPCO says RUPTU, which one is not known: RUPTU is read from all of them.
    etats={"RUPTURE": "RUPTU"},
)
EP = ProfilOpco(
    code="opco-ep",
    nom="OPCO EP",
    jeton=FluxJeton(serveur="Keycloak", source=VU),
    forme_erreur=FormeErreur.COMMENT,
    source_erreur=VU,
    routes=_routes("OPCO EP", dossiers=(OUI, TEST), factures=OUI, etats_factures=NON, conventions=OUI),
    remarques=("L'identifiant API CFA est un long jeton JWT : recopiez-le en entier.",),
)


def _as_atlas(code: str, nom: str) -> ProfilOpco:
    return ProfilOpco(
        code=code,
        nom=nom,
        jeton=FluxJeton(scopes=_API, source=DECIDE),
        forme_erreur=FormeErreur.ERRORS,
        source_erreur=DECIDE,
        routes=_routes(
            nom,
            dossiers=(OUI, OUI),
            factures=OUI,
            etats_factures=OUI,
            conventions=OUI,
            chemin_factures=_FACTURES_SOR,
        ),
        natures=_SOR,
        logiciel="SOR",
        remarques=(_SOR_SUPPOSE,),
    )


def _supposed(
    code: str,
    nom: str,
    *,
    dossiers: tuple[Support, Support],
    factures: Support,
    conventions: Support,
    documents: Support = OUI,
) -> ProfilOpco:
    """An OPCO of which no connector is seen: token and errors are supposed as the norm's [D]."""
    return ProfilOpco(
        code=code,
        nom=nom,
        jeton=FluxJeton(scopes=_API, source=DECIDE),
        forme_erreur=FormeErreur.ERRORS,
        source_erreur=DECIDE,
        routes=_routes(
            nom,
            dossiers=dossiers,
            factures=factures,
            etats_factures=NON,
            conventions=conventions,
            documents=documents,
        ),
    )


TRAITDUNION = ProfilOpco(
    code="traitdunion",
    nom="Trait d'union",
    jeton=FluxJeton(serveur="Trait d'union", identifiants=Identifiants.BASIC, source=DECIDE),
    forme_erreur=FormeErreur.ERRORS,
    source_erreur=DECIDE,
    routes=_routes(
        "Trait d'union",
        dossiers=(OUI, OUI),
        factures=OUI,
        etats_factures=OUI,
        conventions=OUI,
        certificats=OUI,
        source=DECIDE,
        extensions=OUI,
    ),
    renvoi_reconnu=True,
    etats_tries=True,
    numero_externe="CA-",
)
# The eleven, in the order of norme.md §6.
OPCOS: tuple[ProfilOpco, ...] = (
    AFDAS,
    AKTO,
    ATLAS,
    MOBILITES,
    EP,
    _as_atlas("lopcommerce", "L'Opcommerce"),
    _as_atlas("ocapiat", "Ocapiat"),
    _supposed("constructys", "Constructys", dossiers=(OUI, DEV), factures=OUI, conventions=OUI),
    _supposed("opco-2i", "OPCO 2i", dossiers=(OUI, DEV), factures=OUI, conventions=OUI),
    _supposed("uniformation", "Uniformation", dossiers=(OUI, DEV), factures=NON, conventions=OUI),
    _supposed("opco-sante", "OPCO Santé", dossiers=(DEV, NON), factures=OUI, conventions=NON, documents=NON),
)
PROFILS: tuple[ProfilOpco, ...] = (*OPCOS, TRAITDUNION)
_PAR_CODE = {profil.code: profil for profil in PROFILS}
_PAR_NOM = {fold_name(texte): profil for profil in PROFILS for texte in (profil.nom, profil.code)}


def find(code: str) -> ProfilOpco | None:
    """The profile of this code; None when there is none."""
    return _PAR_CODE.get(code)


def find_by_nom(texte: str) -> ProfilOpco | None:
    """The profile that a person or a public table means: « AFDAS », « opco mobilités », « L'Opcommerce »."""
    plie = fold_name(texte)
    return _PAR_NOM.get(plie) or _PAR_NOM.get(f"opco {plie}") or _PAR_NOM.get(plie.removeprefix("opco "))
