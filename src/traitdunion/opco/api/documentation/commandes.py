"""The shell commands of the examples: pasted one after the other, they work against the demo."""

from traitdunion.norme.openapi.exemples_facturation import IBAN, SIRET_CFA
from traitdunion.norme.routes import Acces, Route
from traitdunion.opco.api.documentation.statique import CHEMIN

# Written by ./run demo --json: api, jeton (an address), client_id, client_secret, cle_api, siren.
PREPARATION = """\
./run demo --json demo.json &   # attendre que demo.json paraisse
lire() { python3 -c 'import json,sys; print(json.load(open("demo.json"))[sys.argv[1]])' "$1"; }
API=$(lire api); JETON=$(lire jeton); CLE=$(lire cle_api); SIREN=$(lire siren)
CLIENT=$(lire client_id):$(lire client_secret)
appeler() { curl -sS -H "Authorization: Bearer $ACCES" -H "X-API-KEY: $CLE" \\
  -H 'EDITEUR: Exemple' -H 'LOGICIEL: Essai' -H 'VERSION: 1.0' "$@"; }
membre() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }"""

_BASE = f'curl -sS "$API{CHEMIN}'
_JSON = "-H 'Content-Type: application/json' --data-binary @dossier.json"
_DOSSIER = _BASE + 'dossier.json" > dossier.json\n'
_PDF = _BASE + 'convention.pdf" > convention.pdf\n'
_FACTURE_PDF = _BASE + 'facture.pdf" > facture.pdf\n'


# The first dossier of the demo is engaged and open to invoices, which those of the examples, of March 2027, are not.
_DOSSIER_ENGAGE, _ECHEANCE, _EMISSION = "CA-0000001", "1", "2026-09-01"


def _sent(partie: str, numero: str, variable: str) -> str:
    """The data, in their file, and a PDF; the number given is kept in a variable."""
    return (
        f"{variable}=$(appeler -F '{partie}=<{partie}.json;type=application/json' -F fichier=@facture.pdf \\\n"
        + f'  "$API/v2/{partie}s" | membre {numero}); echo "${variable}"'
    )


def _written(partie: str, numero: str, montant: str, *membres: str) -> str:
    """An invoice or a credit note of one line, as a CFA's software writes it."""
    entete = [
        f'"numero": "{numero}", "dateEmission": "{_EMISSION}", "montantTotal": {montant}',
        f'"siretEmetteur": "{SIRET_CFA}", "ibanEmetteur": "{IBAN}"',
        *membres,
        f'"lignes": [{{"montant": {montant}, "natureLigne": "PEDAGOGIE", "numeroEcheance": "{_ECHEANCE}",'
        f'\n  "numeroDossier": "{_DOSSIER_ENGAGE}"}}]',
    ]
    return f"cat > {partie}.json <<'FIN'\n{{{(',' + chr(10)).join(entete)}}}\nFIN\n"


ENVOIS = {
    "jeton": 'ACCES=$(curl -sS -u "$CLIENT" -d grant_type=client_credentials "$JETON" | membre access_token)',
    "statut": 'curl -sS "$API/v2/status"',
    "cle": 'appeler -G "$API/v2/cfakeyinfo" -d siren="$SIREN" -d XAPIKEY="$CLE"',
    "deposer_dossier": _DOSSIER
    + f'NUMERO=$(appeler {_JSON} \\\n  "$API/v1/dossiers" | membre numeroInterne); echo "$NUMERO"',
    "controler": _DOSSIER + f'appeler {_JSON} \\\n  "$API/v2/dossiers/controle"',
    "lire_dossier": 'appeler "$API/v1/dossiers?numeroInterne=$NUMERO"',
    "lire_etats_v1": 'appeler "$API/v1/dossiers/etats"',
    "lire_etats_v2": 'appeler "$API/v2/dossiers/etats?numeroPage=1"',
    "lire_liste": 'appeler "$API/v1/dossiers/liste?numerosInternes=$NUMERO"',
    "deposer_convention": _PDF
    + _BASE
    + 'convention.json" \\\n'
    + '  | sed "s/\\"numeroInterneDossier\\": \\"1\\"/\\"numeroInterneDossier\\": \\"$NUMERO\\"/" > convention.json\n'
    + "DOCUMENT=$(appeler -F 'convention=<convention.json;type=application/json' -F fichier=@convention.pdf \\\n"
    + '  "$API/v1/conventions" | membre numeroInterneDocument); echo "$DOCUMENT"',
    "deposer_document": _PDF
    + _BASE
    + 'piece.json" | sed "s/\\"idObjet\\": \\"1\\"/\\"idObjet\\": \\"$NUMERO\\"/" > piece.json\n'
    + "appeler -F 'infosFichier=<piece.json;type=application/json' -F fichier=@convention.pdf \\\n"
    + '  "$API/v1/documents"',
    "deposer_facture": _FACTURE_PDF
    + _written("facture", "FA-DEMO-1", "100.00", '"estCertificatRealisation": false')
    + _sent("facture", "numeroInterneFacture", "FACTURE"),
    "lire_etats_factures": 'appeler "$API/v2/factures/etats?numeroPage=1"',
    "deposer_avoir": _FACTURE_PDF
    + _written("avoir", "AV-DEMO-1", "-40.00", '"numeroFactureOrigine": "FA-DEMO-1"')
    + _sent("avoir", "numeroInterneFacture", "AVOIR"),
    "lire_etats_avoirs": 'appeler "$API/v2/avoirs/etats?numeroPage=1"',
    "deposer_certificat": _FACTURE_PDF
    + _BASE
    + 'certificat.json" \\\n'
    + '  | sed "s/\\"numeroInterneFacture\\": \\"1\\"/\\"numeroInterneFacture\\": \\"$FACTURE\\"/" > certificat.json\n'
    + _sent("certificat", "numeroInterneCertificat", "CERTIFICAT"),
    "declarer_rupture": _BASE
    + 'rupture.json" \\\n'
    + '  | sed "s/\\"numeroInterneDossier\\": \\"1\\"/\\"numeroInterneDossier\\": \\"$NUMERO\\"/" > rupture.json\n'
    + "appeler -H 'Content-Type: application/json' --data-binary @rupture.json \\\n"
    + '  "$API/v2/dossiers/rupture/employeur"',
    "lire_evenements": 'appeler "$API/v2/evenements?limite=10"',
    "lire_recepisse": 'appeler "$API/v2/recepisses/d-$NUMERO"',
    "lire_document": 'appeler -o relu.pdf "$API/v2/documents/$DOCUMENT" && cmp relu.pdf convention.pdf',
}


def command(route: Route) -> str:
    """The command that calls this route; needs those of `needs` before it."""
    return ENVOIS[route.nom]


def needs(route: Route) -> str:
    """What must have run before, in a few words of French; empty when nothing must."""
    if route.acces is Acces.LIBRE:
        return ""
    if route.acces is Acces.CLIENT:
        return "après la préparation"
    if "$DOCUMENT" in ENVOIS[route.nom] and "DOCUMENT=" not in ENVOIS[route.nom]:
        return "après « Déposer la convention »"
    if route.nom == "deposer_avoir" or "$FACTURE" in ENVOIS[route.nom].split("FACTURE=")[0]:
        return "après « Déposer une facture »"
    return "après « Déposer un contrat »" if "$NUMERO" in ENVOIS[route.nom].split("NUMERO=")[0] else "après le jeton"
