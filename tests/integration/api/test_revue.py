"""Faults that a review found at the norm's door, each kept from coming back."""

import asyncio
import errno
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.envois import FRONTIERE, MULTIPART, a_convention, a_depot, to_json
from builders.fichiers import a_pdf
from builders.serveur import Serveur

from traitdunion.norme.erreurs import technique
from traitdunion.opco.api import multipart
from traitdunion.opco.idempotence import store
from traitdunion.opco.idempotence.service import place_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("nir", ["19905B512345611", "199052B51234561", "1990A0512345611"])
async def test_a_nir_with_a_stray_letter_is_told_and_stops_nothing(serveur: Serveur, nir: str) -> None:
    depot = a_depot()
    depot["cerfa"]["apprenti"]["nir"] = nir
    assert (await serveur.cfa.post("/v2/dossiers/controle", depot)).status_code in (200, 400)
    reponse = await serveur.cfa.post("/v2/dossiers", depot)
    assert reponse.status_code in (200, 400), reponse.text


async def test_a_file_is_named_after_what_it_is(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    reponse = await serveur.cfa.send("/v2/conventions", a_convention(numero), a_pdf(), nom="convention.hta")
    assert reponse.status_code == 200, reponse.text
    lu = await serveur.cfa.get(f"/v2/documents/{reponse.json()['numeroInterneDocument']}")
    assert 'filename="convention.hta.pdf"' in lu.headers["Content-Disposition"]


async def test_a_file_name_in_iso_8859_1_is_read_as_it_was_meant(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    corps = b"".join(
        (
            b"--%b\r\n" % FRONTIERE.encode(),
            b'Content-Disposition: form-data; name="convention"\r\nContent-Type: application/json\r\n\r\n',
            to_json(a_convention(numero)),
            b"\r\n--%b\r\n" % FRONTIERE.encode(),
            b'Content-Disposition: form-data; name="fichier"; filename="convention_L\xe9a.pdf"\r\n\r\n',
            a_pdf(),
            b"\r\n--%b--\r\n" % FRONTIERE.encode(),
        )
    )
    reponse = await serveur.cfa.post("/v2/conventions", corps, {"Content-Type": MULTIPART})
    assert reponse.status_code == 200, reponse.text
    ((nom,),) = await serveur.fetch("SELECT nom_fichier FROM document")
    assert nom == "convention_Léa.pdf"


async def test_a_full_disk_says_come_back_later(serveur: Serveur, monkeypatch: pytest.MonkeyPatch) -> None:
    numero = await serveur.cfa.deposit()

    def plein(**_options: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(multipart, "NamedTemporaryFile", plein)
    reponse = await serveur.cfa.send("/v2/conventions", a_convention(numero), a_pdf())
    assert reponse.status_code == 503
    assert "Retry-After" in reponse.headers


async def test_a_body_of_empty_lists_is_refused_at_once(serveur: Serveur) -> None:
    corps = b'{"b":[' + b",".join([b"[]"] * 20_000) + b"]}"
    reponse = await serveur.cfa.post("/v2/dossiers", corps)
    assert reponse.status_code == 400
    assert "trop d'objets" in reponse.text


async def test_a_304_is_as_cachable_as_its_200(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    plein = await serveur.cfa.get("/v2/dossiers/etats?numeroPage=1")
    vide = await serveur.cfa.get("/v2/dossiers/etats?numeroPage=1", {"If-None-Match": plein.headers["ETag"]})
    assert vide.status_code == 304
    assert vide.headers["Cache-Control"] == plein.headers["Cache-Control"]


async def test_a_slow_call_never_gives_back_the_place_that_another_took_over(serveur: Serveur) -> None:
    idempotence = serveur.services.idempotence
    place = place_of(editeur=1, siren=serveur.cfa.siren, route="essai", cle="essai")
    depart, reprise = asyncio.Event(), asyncio.Event()

    async def lente() -> bytes:
        depart.set()
        await reprise.wait()
        raise technique.SERVICE_INDISPONIBLE.refus(attente_secondes=5)

    async def suivante() -> bytes:
        reprise.set()
        await asyncio.sleep(0.2)
        return b"reponse"

    premiere = asyncio.create_task(idempotence.run(place, contenu=b"x", action=lente))
    await depart.wait()
    serveur.clock.instant += timedelta(seconds=61)
    assert await idempotence.run(place, contenu=b"x", action=suivante) == (b"reponse", False)
    with pytest.raises(Exception, match="SERVICE_INDISPONIBLE"):
        await premiere
    async with serveur.database.connection() as conn:
        connue = await store.find(conn, place)
    assert connue is not None
    assert connue.reponse == b"reponse"


async def test_what_the_antivirus_cannot_judge_does_not_keep_the_others_waiting(
    serveur: Serveur, tmp_path: Path
) -> None:
    from traitdunion.opco.pieces.antivirus import Resultat, Verdict
    from traitdunion.opco.pieces.menage import Menage
    from traitdunion.opco.socle.object_store.local import LocalStore

    for rang in range(3):
        numero = await serveur.cfa.deposit(rang)
        assert (await serveur.cfa.send("/v2/conventions", a_convention(numero, rang), a_pdf())).status_code == 200
    await serveur.execute("UPDATE document SET verdict = 'EN_ANALYSE'")

    class UnSeulMauvais:
        """An antivirus that stands, and cannot read one file."""

        def __init__(self) -> None:
            self.lus = 0

        async def scan(self, contenu: Any) -> Verdict:
            async for _ in contenu:
                pass
            self.lus += 1
            return Verdict(Resultat.INDISPONIBLE if self.lus == 1 else Resultat.SAIN)

        async def ping(self) -> bool:
            return True

    menage: Any = Menage(
        database=serveur.database,
        objets=LocalStore(serveur.donnees),
        antivirus=UnSeulMauvais(),  # type: ignore[arg-type]
        clock=serveur.clock,
    )
    assert await menage.scan_waiting() == 2
    verdicts = [un for (un,) in await serveur.fetch("SELECT verdict FROM document ORDER BY numero_interne")]
    assert verdicts == ["EN_ANALYSE", "SAIN", "SAIN"]
