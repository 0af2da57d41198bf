"""Every hostile file of fiabilite.md §3 through the API: refused with its code, a French sentence, nothing stored."""

import pytest
from builders import fichiers
from builders.envois import a_convention
from builders.serveur import Serveur

pytestmark = pytest.mark.anyio


async def test_every_hostile_file_is_refused_with_its_code_and_leaves_nothing(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    avant = await serveur.counts()
    for tour, build, code, nom in fichiers.HOSTILES:
        if code == "FICHIER_TYPE_NON_ADMIS":
            continue  # a PNG is admitted here (norme.md §7)
        octets = build()
        reponse = await serveur.cfa.send("/v1/conventions", a_convention(numero), octets, nom=nom)
        assert reponse.status_code == 400, tour
        (erreur,) = reponse.json()["errors"]
        attendus = {code, "CORPS_TROP_GROS"} if len(octets) > 11 * 1024 * 1024 else {code}
        assert erreur["code"] in attendus, tour
        assert erreur["gravite"] == "BLOQUANT", tour
        assert len(erreur["description"]) > 20, tour
        assert erreur["description"].endswith((".", "!")), tour
    assert await serveur.counts() == avant


async def test_what_resembles_them_passes_and_is_served_unchanged(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    for tour, build in fichiers.VOISINS.items():
        octets = build()
        reponse = await serveur.cfa.send("/v1/conventions", a_convention(numero), octets)
        assert reponse.status_code == 200, (tour, reponse.text)
        lu = await serveur.cfa.get(f"/v2/documents/{reponse.json()['numeroInterneDocument']}")
        assert lu.content == octets, tour
