"""Bad input at the wire: refused by a French sentence, a stable code, the field, and nothing stored."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from builders.envois import FRONTIERE, MULTIPART, a_convention, a_depot, multipart_body, multipart_parts, to_json
from builders.fichiers import a_pdf
from builders.serveur import Serveur

pytestmark = pytest.mark.anyio
PDF = a_pdf()
ENTIER = to_json(a_depot())
JSON_FAUX: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "JSON_ILLISIBLE"),
    "cut in the middle": (ENTIER[: len(ENTIER) // 2], "JSON_ILLISIBLE"),
    "one brace short": (ENTIER[:-1], "JSON_ILLISIBLE"),
    "something after": (ENTIER + b"x", "JSON_ILLISIBLE"),
    "100,000 levels": (b"[" * 100_000 + b"]" * 100_000, "JSON_TROP_IMBRIQUE"),
    "100,000 objects in each other": (b'{"cerfa":' * 100_000 + b"1" + b"}" * 100_000, "JSON_TROP_IMBRIQUE"),
    "doubled member": (ENTIER.replace(b'"sexe"', b'"sexe":"M","sexe"', 1), "MEMBRE_EN_DOUBLE"),
    "doubled stray member": (ENTIER.replace(b'"sexe"', b'"z":1,"z":2,"sexe"', 1), "MEMBRE_EN_DOUBLE"),
    "NaN": (ENTIER.replace(b"783.9", b"NaN"), "JSON_ILLISIBLE"),
    "Infinity": (ENTIER.replace(b"783.9", b"-Infinity"), "JSON_ILLISIBLE"),
    "not UTF-8": (ENTIER.replace(b"CAISSE", b"CAISS\xe9"), "JSON_ILLISIBLE"),
    "lone surrogate": (ENTIER.replace(b"CAISSE", b"\\ud800"), "JSON_ILLISIBLE"),
    "reversed surrogates": (ENTIER.replace(b"CAISSE", b"\\udc00\\ud800"), "JSON_ILLISIBLE"),
    "U+0000": (ENTIER.replace(b"CAISSE", b"\\u0000"), "CARACTERE_INTERDIT"),
    "raw U+0000": (ENTIER.replace(b"CAISSE", b"\0"), "JSON_ILLISIBLE"),
    "UTF-16": (ENTIER.decode().encode("utf-16"), "JSON_ILLISIBLE"),
    "an array": (b"[]", "JSON_ILLISIBLE"),
    "null": (b"null", "JSON_ILLISIBLE"),
    "text": (b'"cerfa"', "JSON_ILLISIBLE"),
    "a form as text": (b'{"cerfa":"oui"}', "TYPE_ILLISIBLE"),
    "a form as an array": (b'{"cerfa":[{}]}', "TYPE_ILLISIBLE"),
    "a number of 5,000 digits": (ENTIER.replace(b"783.9", b"9" * 5_000), "JSON_ILLISIBLE"),
    "1e400": (ENTIER.replace(b"783.9", b"1e400"), "MONTANT_ILLISIBLE"),
    "one over a huge power": (ENTIER.replace(b"783.9", b"1e-999999999"), ""),
    "1e999999999": (ENTIER.replace(b"783.9", b"1e999999999"), "MONTANT_ILLISIBLE"),
    "three decimals": (ENTIER.replace(b"783.9", b"783.905"), "MONTANT_ILLISIBLE"),
    "30 February": (ENTIER.replace(b"2028-08-31", b"2028-02-30"), "DATE_ILLISIBLE"),
    "a date of the year 0": (ENTIER.replace(b"2006-05-14", b"0000-05-14"), "DATE_ILLISIBLE"),
}


@pytest.mark.parametrize("cas", JSON_FAUX)
async def test_a_json_that_cannot_be_read_is_refused_and_nothing_is_stored(serveur: Serveur, cas: str) -> None:
    corps, code = JSON_FAUX[cas]
    avant = await serveur.counts()
    reponse = await serveur.cfa.post("/v2/dossiers", corps)
    if not code:  # smaller than a cent: zero, and a doubt about the pay
        assert reponse.status_code in (200, 400)
        return
    _check_refusal(reponse, code)
    assert await serveur.counts() == avant
    assert await serveur.last_number() == 0


@pytest.mark.parametrize(
    "cas", [cas for cas, (_, code) in JSON_FAUX.items() if code in ("JSON_ILLISIBLE", "TYPE_ILLISIBLE")]
)
async def test_the_json_part_of_a_convention_is_refused_likewise(serveur: Serveur, cas: str) -> None:
    corps, code = JSON_FAUX[cas]
    reponse = await serveur.cfa.send("/v1/conventions", corps.replace(b'"cerfa"', b'"apprenti"'), PDF)
    assert reponse.status_code == 400
    assert reponse.json()["errors"], code
    assert await serveur.count("document") == 0


async def test_every_member_of_the_wrong_type_is_named_at_once(serveur: Serveur) -> None:
    depot = a_depot()
    cerfa = depot["cerfa"]
    cerfa["employeur"] |= {"nombreDeSalaries": "douze", "adresse": "ici", "attestationPieces": "peut-être"}
    cerfa["apprenti"] |= {"nom": {"x": 1}, "dateNaissance": 20060514, "handicap": []}
    cerfa["contrat"] |= {"remunerationsAnnuelles": {"ordre": "1.1"}, "salaireEmbauche": True}
    cerfa["formation"] |= {"dureeFormation": 13.5}
    reponse = await serveur.cfa.post("/v2/dossiers", depot)
    _check_refusal(reponse, None)
    champs = {un["champ"] for un in reponse.json()["errors"]}
    attendus = {
        "employeur.nombreDeSalaries",
        "employeur.adresse",
        "employeur.attestationPieces",
        "apprenti.nom",
        "apprenti.dateNaissance",
        "apprenti.handicap",
        "contrat.remunerationsAnnuelles",
        "contrat.salaireEmbauche",
        "formation.dureeFormation",
    }
    assert {f"cerfa.{nom}" for nom in attendus} <= champs
    assert await serveur.count("dossier") == 0


@pytest.mark.parametrize("valeur", [None, [], {}, 0, "", True, [[]], "x" * 10_000])
async def test_any_value_anywhere_is_answered_without_an_error_of_ours(serveur: Serveur, valeur: Any) -> None:
    """Each block and each member of each block in turn replaced by `valeur`: 200 or 400, never anything else."""
    for bloc, membres in a_depot()["cerfa"].items():
        for membre in [None, *(membres if isinstance(membres, dict) else ())]:
            depot = a_depot()
            if membre is None:
                depot["cerfa"][bloc] = valeur
            else:
                depot["cerfa"][bloc][membre] = valeur
            reponse = await serveur.cfa.post("/v2/dossiers/controle", depot)
            assert reponse.status_code == 200, (bloc, membre, reponse.text)


async def test_a_json_of_just_1_mib_is_read_and_one_byte_more_is_refused(serveur: Serveur) -> None:
    juste = ENTIER + b" " * (1024 * 1024 - len(ENTIER))
    assert (await serveur.cfa.post("/v2/dossiers", juste)).status_code == 200
    _check_refusal(await serveur.cfa.post("/v2/dossiers", juste + b" "), "CORPS_TROP_GROS")


@pytest.mark.parametrize(
    ("chemin", "type_contenu"), [("/v2/dossiers", "application/json"), ("/v1/conventions", MULTIPART)]
)
async def test_200_mb_announced_are_refused_before_they_are_read(
    serveur: Serveur, chemin: str, type_contenu: str
) -> None:
    lus = Compteur()
    entetes = {"Content-Type": type_contenu, "Content-Length": str(200 * 1024 * 1024)}
    reponse = await serveur.inconnu.post(chemin, content=lus.stream(), headers={**serveur.cfa.entetes, **entetes})
    _check_refusal(reponse, "CORPS_TROP_GROS")
    assert lus.octets == 0


@pytest.mark.parametrize(
    ("chemin", "type_contenu", "debut", "maximum"),
    [
        ("/v2/dossiers", "application/json", b"", 2 * 1024 * 1024),
        ("/v1/conventions", MULTIPART, multipart_body([("fichier", "a.pdf", None, b"")], close=False), 13 << 20),
        ("/v1/conventions", MULTIPART, multipart_body([("convention", None, None, b"")], close=False), 3 << 20),
    ],
)
async def test_200_mb_streamed_without_a_length_are_refused_at_the_limit(
    serveur: Serveur, chemin: str, type_contenu: str, debut: bytes, maximum: int
) -> None:
    lus = Compteur(debut.removesuffix(b"\r\n"))
    entetes = {**serveur.cfa.entetes, "Content-Type": type_contenu}
    reponse = await serveur.inconnu.post(chemin, content=lus.stream(), headers=entetes)
    _check_refusal(reponse, "CORPS_TROP_GROS")
    assert lus.octets < maximum
    assert await serveur.count("document") == 0
    assert serveur.objects() == []


class Compteur:
    """200 MB on the way, and how many of them were taken."""

    def __init__(self, debut: bytes = b"") -> None:
        self.octets = 0
        self._debut = debut

    async def stream(self) -> AsyncIterator[bytes]:
        """The bytes, 64 KiB at a time."""
        if self._debut:
            yield self._debut
        for _ in range(3_200):
            self.octets += 65_536
            yield b" " * 65_536


CONVENTION = ("convention", None, "application/json", to_json(a_convention(1)))
FICHIER = ("fichier", "convention.pdf", "application/pdf", PDF)
PETIT = ("x", None, None, b"1")
MULTIPARTS: dict[str, tuple[bytes, str]] = {
    "no part": (multipart_body([]), "PARTIE_MANQUANTE"),
    "no file": (multipart_body([CONVENTION]), "PARTIE_MANQUANTE"),
    "no data": (multipart_body([FICHIER]), "PARTIE_MANQUANTE"),
    "data twice": (multipart_body([CONVENTION, CONVENTION, FICHIER]), "PARTIE_EN_DOUBLE"),
    "file twice": (multipart_body([CONVENTION, FICHIER, FICHIER]), "PARTIE_EN_DOUBLE"),
    "a part too many": (multipart_body([CONVENTION, FICHIER, PETIT]), "PARTIE_INCONNUE"),
    "the part of another route": (multipart_body([("facture", *CONVENTION[1:]), FICHIER]), "PARTIE_INCONNUE"),
    "10,000 parts": (multipart_body([CONVENTION, FICHIER, *[PETIT] * 10_000]), "PARTIE_INCONNUE"),
    "10,000 files": (multipart_body([CONVENTION, *[FICHIER] * 10_000])[: 10 << 20], "PARTIE_EN_DOUBLE"),
    "no end": (multipart_body([CONVENTION, FICHIER], close=False), "MULTIPART_ATTENDU"),
    "cut in the file": (multipart_body([CONVENTION, FICHIER])[:-400], "MULTIPART_ATTENDU"),
    "cut in the headers of a part": (multipart_body([CONVENTION, FICHIER])[:60], "MULTIPART_ATTENDU"),
    "nothing": (b"", "MULTIPART_ATTENDU"),
    "not multipart at all": (ENTIER, "MULTIPART_ATTENDU"),
    "another boundary": (multipart_body([CONVENTION, FICHIER]).replace(b"EXEMPLE", b"AUTRE"), "MULTIPART_ATTENDU"),
    "headers of a part without end": (
        f"--{FRONTIERE}\r\nContent-Disposition: form-data; name=x\r\nX: ".encode() + b"a" * 70_000,
        "MULTIPART_ATTENDU",
    ),
    "a part without name": (
        multipart_body([CONVENTION, FICHIER]).replace(b'name="convention"', b"autre=1"),
        "MULTIPART_ATTENDU",
    ),
}


@pytest.mark.parametrize("cas", MULTIPARTS)
async def test_a_wrong_multipart_is_refused_and_nothing_is_stored(serveur: Serveur, cas: str) -> None:
    corps, code = MULTIPARTS[cas]
    await serveur.cfa.deposit()
    avant = await serveur.counts()
    reponse = await serveur.cfa.post("/v1/conventions", corps, {"Content-Type": MULTIPART})
    _check_refusal(reponse, code)
    assert await serveur.counts() == avant


@pytest.mark.parametrize(
    "type_contenu",
    [
        "application/json",
        "multipart/form-data",
        "multipart/mixed; boundary=x",
        "",
        f"multipart/form-data; boundary={'x' * 300}",
    ],
)
async def test_another_content_type_than_multipart_is_refused(serveur: Serveur, type_contenu: str) -> None:
    corps = multipart_body(multipart_parts("convention", a_convention(1), PDF))
    reponse = await serveur.cfa.post("/v1/conventions", corps, {"Content-Type": type_contenu})
    _check_refusal(reponse, "MULTIPART_ATTENDU")


async def test_the_parts_are_read_in_any_order_and_with_line_feeds_around(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    corps = b"\r\n" + multipart_body([FICHIER, CONVENTION]) + b"\r\n"
    reponse = await serveur.cfa.post("/v1/conventions", corps, {"Content-Type": MULTIPART})
    assert reponse.status_code == 200, reponse.text


@pytest.mark.parametrize(
    "nom", ["../../x", "", "a" * 300, "con.pdf", "é\u202efdp.exe", "C:\\\\fiche.pdf", "double.pdf.exe"]
)
async def test_the_name_of_a_file_is_metadata_and_never_part_of_a_path(serveur: Serveur, nom: str) -> None:
    await serveur.cfa.deposit()
    reponse = await serveur.cfa.send("/v1/conventions", a_convention(1), PDF, nom=nom)
    assert reponse.status_code == 200, reponse.text
    ((garde, cle),) = await serveur.fetch("SELECT nom_fichier, cle_objet FROM document")
    assert garde
    assert len(garde) <= 255
    assert not {"/", "\\", "\u202e"} & set(garde)
    assert [un.parent.parent.parent for un in serveur.objects()] == [serveur.donnees / "objets"]
    assert nom not in cle or not nom


async def test_a_client_that_hangs_up_in_its_body_leaves_nothing(serveur: Serveur) -> None:
    envoi = multipart_body([CONVENTION, FICHIER])
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": envoi[: len(envoi) // 2], "more_body": True},
        {"type": "http.disconnect"},
    ]
    entetes = {**serveur.cfa.entetes, "Content-Type": MULTIPART}
    dits: list[dict[str, Any]] = []
    await serveur.call("POST", "/v1/conventions", entetes, receive=_giver(messages), send=_keeper(dits))
    assert dits == [], "there is nobody to answer"
    assert serveur.objects() == []
    assert await serveur.count("document") == 0


def _giver(messages: list[dict[str, Any]]) -> Any:
    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    return receive


def _keeper(dits: list[dict[str, Any]]) -> Any:
    async def send(message: dict[str, Any]) -> None:
        dits.append(message)

    return send


def _check_refusal(reponse: Any, code: str | None) -> None:
    assert reponse.status_code == 400, reponse.text
    corps = reponse.json()
    assert corps["description"]
    assert corps["errors"]
    for erreur in corps["errors"]:
        assert erreur["code"]
        assert erreur["description"]
    if code is not None:
        assert code in [erreur["code"] for erreur in corps["errors"]], corps
