"""Mails on a real PostgreSQL: with the act that causes them, once each, in spite of failures; forgotten in time."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import psycopg
import pytest
import structlog
from builders.pairs.smtp import HOTE, SILENCE, serving_smtp
from structlog.testing import capture_logs

from traitdunion.opco.courriels import Courriels, service
from traitdunion.opco.courriels.service import GARDE_EN_ATTENTE, GARDE_ENVOYES, REPORT_MAX, REPORT_MIN, REPORT_PANNE
from traitdunion.opco.socle.clock import FixedClock
from traitdunion.opco.socle.courriel import EnvoiImpossible, MemoirePostier, MessageRefuse, Postier, SmtpPostier
from traitdunion.opco.socle.courriel.smtp import read_url
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.vault import Vault


@pytest.fixture(autouse=True)
def fresh_logger(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A logger that no server started by another test has set up for itself."""
    avant = structlog.get_config()
    structlog.reset_defaults()
    monkeypatch.setattr(service, "log", structlog.get_logger("courriels"))
    yield
    structlog.configure(**avant)


pytestmark = pytest.mark.anyio

AT = datetime(2026, 9, 1, 10, tzinfo=UTC)
JETON = "jeton-fictif-a-usage-unique"
TIC = timedelta(microseconds=1)


class Capricieux(MemoirePostier):
    """Sends, but for the addresses that `fautes` names."""

    def __init__(self, **fautes: Exception) -> None:
        super().__init__()
        self.fautes = fautes
        self.essayes: list[str] = []

    async def send(self, message: EmailMessage) -> None:
        nom = str(message["To"]).partition("@")[0]
        self.essayes.append(nom)
        if nom in self.fautes:
            raise self.fautes[nom]
        await super().send(message)


class Lent(MemoirePostier):
    """Takes its time, so that two sweeps overlap."""

    async def send(self, message: EmailMessage) -> None:
        await asyncio.sleep(0.02)
        await super().send(message)


class Bloque(MemoirePostier):
    """Has begun to send, and waits to be let go."""

    def __init__(self) -> None:
        super().__init__()
        self.commence, self.libre = asyncio.Event(), asyncio.Event()

    async def send(self, message: EmailMessage) -> None:
        self.commence.set()
        await self.libre.wait()
        await super().send(message)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(AT)


@pytest.fixture
def build(database: Database, clock: FixedClock) -> Callable[..., Courriels]:
    def built(postier: Postier, *, cle: bytes = b"1", hachage: bytes = b"h") -> Courriels:
        return Courriels(
            vault=Vault({"k1": cle * 32}, current="k1", hash_key=hachage * 32),
            nom_opco="OPCO Fictif",
            expediteur="mya@opco.example",
            postier=postier,
            clock=clock,
            database=database,
        )

    return built


async def queue(courriels: Courriels, database: Database, *noms: str) -> None:
    for nom in noms:
        async with database.transaction() as tx:
            await courriels.queue(
                tx,
                destinataire=f"{nom}@cfa.example",
                modele="premiere_connexion",
                valeurs={"prenom": "Zoë", "lien": f"https://opco.example/mya/lien/{JETON}", "duree_heures": "48"},
            )


async def rows(database: Database) -> list[tuple[Any, ...]]:
    async with database.connection() as tx:
        cursor = await tx.execute("SELECT destinataire, chiffre, envoye_le FROM courriel ORDER BY id")
        return await cursor.fetchall()


def noms_of(postier: MemoirePostier) -> list[str]:
    return [str(message["To"]).partition("@")[0] for message in postier.envoyes]


async def test_a_mail_queued_is_sent_filled_and_signed(database: Database, build: Callable[..., Courriels]) -> None:
    postier = MemoirePostier()
    courriels = build(postier)
    await queue(courriels, database, "camille")

    assert await courriels.send_waiting() == 1
    (message,) = postier.envoyes
    assert message["To"] == "camille@cfa.example"
    assert message["From"] == "OPCO Fictif <mya@opco.example>"
    assert message["Subject"] == "Votre première connexion"
    assert message["Date"].datetime == AT
    for sorte in ("plain", "html"):
        corps = message.get_body((sorte,))
        assert corps is not None
        assert f"https://opco.example/mya/lien/{JETON}" in corps.get_content()
        assert "Bonjour Zoë" in corps.get_content()


async def test_nothing_waits_and_nothing_is_sent(build: Callable[..., Courriels]) -> None:
    with capture_logs() as lignes:
        assert await build(MemoirePostier()).send_waiting() == 0
    assert lignes == []  # every 5 s: a line each time would fill the logs


async def test_a_mail_leaves_if_and_only_if_its_act_is_committed(
    database: Database, build: Callable[..., Courriels]
) -> None:
    postier = MemoirePostier()
    courriels = build(postier)
    valeurs = {"prenom": "Zoë"}
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the transaction must end by the error
        async with database.transaction() as tx:
            await courriels.queue(tx, destinataire="annule@cfa.example", modele="mot_de_passe_change", valeurs=valeurs)
            _ = 1 / 0
    async with database.transaction() as tx:
        await courriels.queue(tx, destinataire="valide@cfa.example", modele="mot_de_passe_change", valeurs=valeurs)
        assert await courriels.send_waiting() == 0  # not before

    assert await courriels.send_waiting() == 1
    assert noms_of(postier) == ["valide"]


@pytest.mark.parametrize(
    ("destinataire", "nom", "valeurs", "faute"),
    [
        ("a@cfa.example", "inconnu", {"prenom": "Zoë"}, KeyError),
        ("a@cfa.example", "mot_de_passe_change", {}, ValueError),
        ("a@cfa.example", "mot_de_passe_change", {"prenom": "Zoë", "nir": "à taire"}, ValueError),
        ("a@cfa.example", "mot_de_passe_change", {"prenom": " "}, ValueError),
        ("a@cfa.example\r\nBcc: b@cfa.example", "mot_de_passe_change", {"prenom": "Zoë"}, ValueError),
        ("a@cfa.example, b@cfa.example", "mot_de_passe_change", {"prenom": "Zoë"}, ValueError),
    ],
)
async def test_what_could_not_be_sent_is_not_queued(
    database: Database,
    build: Callable[..., Courriels],
    destinataire: str,
    nom: str,
    valeurs: dict[str, str],
    faute: type[Exception],
) -> None:
    async with database.transaction() as tx:
        with pytest.raises(faute) as dite:
            await build(MemoirePostier()).queue(tx, destinataire=destinataire, modele=nom, valeurs=valeurs)
    assert "cfa.example" not in str(dite.value)
    assert "taire" not in str(dite.value)
    assert await rows(database) == []


async def test_values_are_encrypted_while_they_wait_and_forgotten_once_sent(
    database: Database, build: Callable[..., Courriels]
) -> None:
    courriels = build(MemoirePostier())
    await queue(courriels, database, "camille")
    ((_, chiffre, envoye_le),) = await rows(database)
    assert JETON.encode() not in chiffre
    assert b"Zo" not in chiffre
    assert envoye_le is None

    await courriels.send_waiting()
    assert await rows(database) == [("camille@cfa.example", None, AT)]


async def test_mails_leave_oldest_first_as_many_as_asked(database: Database, build: Callable[..., Courriels]) -> None:
    postier = MemoirePostier()
    courriels = build(postier)
    await queue(courriels, database, "un", "deux", "trois")

    assert await courriels.send_waiting(limite=2) == 2
    assert noms_of(postier) == ["un", "deux"]
    assert await courriels.send_waiting(limite=2) == 1
    assert await courriels.send_waiting(limite=2) == 0
    assert noms_of(postier) == ["un", "deux", "trois"]


async def test_two_sweeps_at_once_send_each_mail_once(database: Database, build: Callable[..., Courriels]) -> None:
    postier = Lent()
    processus = [build(postier) for _ in range(3)]
    attendus = [f"p{rang:02}" for rang in range(20)]
    await queue(processus[0], database, *attendus)

    parts = await asyncio.gather(*(un.send_waiting() for un in processus))

    assert sorted(noms_of(postier)) == attendus
    assert sum(parts) == 20
    assert min(parts) > 0  # they did overlap


async def test_a_sweep_held_by_its_mail_does_not_hold_another(
    database: Database, build: Callable[..., Courriels]
) -> None:
    bloque, autre = Bloque(), MemoirePostier()
    lent = build(bloque)
    await queue(lent, database, "un", "deux", "trois")
    balayage = asyncio.create_task(lent.send_waiting())
    await bloque.commence.wait()

    assert await asyncio.wait_for(build(autre).send_waiting(), 5) == 2
    assert noms_of(autre) == ["deux", "trois"]
    bloque.libre.set()
    assert await balayage == 1
    assert noms_of(bloque) == ["un"]


async def test_a_mail_that_cannot_be_sent_lets_the_others_pass(
    database: Database, build: Callable[..., Courriels]
) -> None:
    postier = Capricieux(refuse=MessageRefuse("SMTPRecipientsRefused 550"), casse=RuntimeError(f"voici {JETON}"))
    courriels = build(postier)
    await queue(courriels, database, "refuse", "un", "casse", "deux")

    assert await courriels.send_waiting() == 2
    assert noms_of(postier) == ["un", "deux"]
    envoyes = [(nom.partition("@")[0], chiffre is None, le) for nom, chiffre, le in await rows(database)]
    assert envoyes == [("refuse", False, None), ("un", True, AT), ("casse", False, None), ("deux", True, AT)]


@pytest.mark.parametrize(
    "abime",
    [
        b"UPDATE courriel SET chiffre = 'abime' WHERE id = 1",
        b"UPDATE courriel SET chiffre = '' WHERE id = 1",
        b"UPDATE courriel SET destinataire = 'autre@cfa.example' WHERE id = 1",  # the values are bound to the address
        b"UPDATE courriel SET modele = 'mot_de_passe_oublie' WHERE id = 1",
        b"UPDATE courriel SET modele = 'd_une_version_future' WHERE id = 1",
        b"UPDATE courriel SET chiffre = (SELECT chiffre FROM courriel WHERE id = 2) WHERE id = 1",
    ],
)
async def test_a_row_altered_is_not_sent_and_lets_the_others_pass(
    database: Database, build: Callable[..., Courriels], abime: bytes
) -> None:
    postier = MemoirePostier()
    courriels = build(postier)
    await queue(courriels, database, "abime", "bon")
    async with database.transaction() as tx:
        await tx.execute(abime)

    assert await courriels.send_waiting() == 1
    assert noms_of(postier) == ["bon"]


async def test_a_refused_mail_is_tried_again_at_longer_and_longer_intervals(
    database: Database, build: Callable[..., Courriels], clock: FixedClock
) -> None:
    postier = Capricieux(refuse=MessageRefuse("SMTPRecipientsRefused 450"))
    courriels = build(postier)
    await queue(courriels, database, "refuse")
    await courriels.send_waiting()

    for rang in range(12):
        attente = min(REPORT_MIN * 2**rang, REPORT_MAX)
        clock.instant += attente - TIC
        await courriels.send_waiting()
        assert len(postier.essayes) == rang + 1
        clock.instant += TIC
        await courriels.send_waiting()
        assert len(postier.essayes) == rang + 2

    postier.fautes.clear()
    clock.instant += REPORT_MAX
    assert await courriels.send_waiting() == 1


async def test_another_process_tries_at_once_what_this_one_put_off(
    database: Database, build: Callable[..., Courriels]
) -> None:
    courriels = build(Capricieux(refuse=MessageRefuse("SMTPRecipientsRefused 450")))
    await queue(courriels, database, "refuse")
    assert await courriels.send_waiting() == 0
    assert await build(MemoirePostier()).send_waiting() == 1
    assert await courriels.send_waiting() == 0


async def test_a_server_that_fails_ends_the_sweep_and_nothing_is_lost(
    database: Database, build: Callable[..., Courriels], clock: FixedClock
) -> None:
    postier = MemoirePostier()
    courriels = build(postier)
    await queue(courriels, database, "un", "deux", "trois")
    postier.panne = EnvoiImpossible("ConnectionRefusedError")
    with capture_logs() as lignes:
        assert await courriels.send_waiting() == 0
    assert [ligne["event"] for ligne in lignes] == ["serveur de courriel en panne", "courriels"]

    postier.panne = None
    clock.instant += REPORT_PANNE
    assert await courriels.send_waiting() == 3
    assert noms_of(postier) == ["un", "deux", "trois"]


async def test_a_mail_on_which_the_server_breaks_does_not_stand_before_the_others(
    database: Database, build: Callable[..., Courriels], clock: FixedClock
) -> None:
    postier = Capricieux(brise=EnvoiImpossible("SMTPServerDisconnected"))
    courriels = build(postier)
    await queue(courriels, database, "brise", "un", "deux")

    assert await courriels.send_waiting() == 0
    assert await courriels.send_waiting() == 2
    assert noms_of(postier) == ["un", "deux"]
    clock.instant += REPORT_PANNE - TIC
    await courriels.send_waiting()
    assert postier.essayes.count("brise") == 1
    clock.instant += TIC
    await courriels.send_waiting()
    assert postier.essayes.count("brise") == 2


async def test_a_crash_after_the_sending_sends_the_same_mail_again_with_the_same_identity(
    database: Database, build: Callable[..., Courriels], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("connection lost")

    postier = MemoirePostier()
    courriels = build(postier)
    await queue(courriels, database, "camille", "autre")
    with monkeypatch.context() as pendant:
        pendant.setattr("traitdunion.opco.courriels.store.record_envoi", crash)
        with pytest.raises(psycopg.OperationalError):
            await courriels.send_waiting()

    assert await courriels.send_waiting() == 2
    assert noms_of(postier) == ["camille", "camille", "autre"]
    premier, second, autre = (message["Message-ID"] for message in postier.envoyes)
    assert premier == second != autre


async def test_the_same_row_elsewhere_is_another_mail(
    database: Database, build: Callable[..., Courriels], clock: FixedClock
) -> None:
    """Another environment has another hash key; a database restored gives the same ids to later mails."""
    identites = set()
    for hachage, instant in ((b"h", AT), (b"i", AT), (b"h", AT + TIC)):
        clock.instant = instant
        postier = MemoirePostier()
        courriels = build(postier, hachage=hachage)
        await queue(courriels, database, "camille")
        await courriels.send_waiting()
        identites.add(postier.envoyes[0]["Message-ID"])
        async with database.transaction() as tx:
            await tx.execute("TRUNCATE courriel RESTART IDENTITY")
    assert len(identites) == 3


async def test_what_is_old_is_forgotten_to_the_instant(
    database: Database, build: Callable[..., Courriels], clock: FixedClock
) -> None:
    courriels = build(MemoirePostier())
    await queue(courriels, database, "envoye")
    await courriels.send_waiting()
    clock.instant = AT + GARDE_ENVOYES - GARDE_EN_ATTENTE
    await queue(courriels, database, "attend")
    clock.instant += timedelta(seconds=1)
    await queue(courriels, database, "recent")

    clock.instant = AT + GARDE_ENVOYES
    assert await courriels.purge() == 0
    clock.instant += TIC
    assert await courriels.purge() == 2
    assert [destinataire for destinataire, _, _ in await rows(database)] == ["recent@cfa.example"]


async def test_a_mail_sent_within_30_days_outlives_the_7_days_of_those_that_wait(
    database: Database, build: Callable[..., Courriels], clock: FixedClock
) -> None:
    courriels = build(MemoirePostier())
    await queue(courriels, database, "envoye")
    await courriels.send_waiting()
    clock.instant = AT + GARDE_EN_ATTENTE + TIC
    assert await courriels.purge() == 0


async def test_logs_hold_no_address_no_name_and_no_link(database: Database, build: Callable[..., Courriels]) -> None:
    fautes = {
        "refuse": MessageRefuse("SMTPRecipientsRefused 550"),
        "casse": RuntimeError(f"casse@cfa.example Zoë {JETON}"),
        "panne": EnvoiImpossible("SMTPServerDisconnected"),
    }
    courriels = build(Capricieux(**fautes))
    await queue(courriels, database, "bon", *fautes)
    with capture_logs() as lignes:
        await courriels.send_waiting()
        await courriels.purge()

    assert [ligne["event"] for ligne in lignes] == [
        *("courriel remis à plus tard", "courriel remis à plus tard", "serveur de courriel en panne", "courriels")
    ]
    assert lignes[0]["raison"] == "SMTPRecipientsRefused 550"
    assert lignes[1]["erreur"] == "RuntimeError"
    assert (lignes[3]["envoyes"], lignes[3]["echecs"]) == (1, 3)
    dit = json.dumps(lignes, ensure_ascii=False)
    assert not any(mot in dit for mot in ("cfa.example", "Zoë", JETON, "opco.example"))


async def test_a_mail_goes_from_the_row_to_a_real_server_past_a_refused_address(
    database: Database, build: Callable[..., Courriels]
) -> None:
    reponses = {"RCPT refuse@cfa.example": "550 5.1.1 unknown"}
    async with serving_smtp(reponses=reponses) as pair:
        postier = SmtpPostier(read_url(f"smtp://{HOTE}:{pair.port}?chiffrement=aucun"), delai=5)
        courriels = build(postier)
        await queue(courriels, database, "un", "refuse", "deux")
        assert await courriels.send_waiting() == 2

    assert [recu.destinataires for recu in pair.recus] == [("un@cfa.example",), ("deux@cfa.example",)]
    assert [le for _, _, le in await rows(database)] == [AT, None, AT]


async def test_a_silent_server_keeps_neither_the_sweep_nor_the_mail(
    database: Database, build: Callable[..., Courriels], clock: FixedClock
) -> None:
    async with serving_smtp(reponses={"MAIL": SILENCE}) as pair:
        postier = SmtpPostier(read_url(f"smtp://{HOTE}:{pair.port}?chiffrement=aucun"), delai=0.3)
        courriels = build(postier)
        await queue(courriels, database, "un", "deux")
        assert await asyncio.wait_for(courriels.send_waiting(), 10) == 0
        assert pair.connexions == 1  # the sweep stopped there
        pair.reponses.clear()
        clock.instant += REPORT_PANNE
        assert await courriels.send_waiting() == 2


@pytest.mark.parametrize(("nom", "adresse"), [("OPCO\r\nBcc: b@x.example", "mya@opco.example"), ("OPCO", "mya")])
async def test_a_sender_that_cannot_stand_in_a_header_is_refused_at_the_start(
    database: Database, clock: FixedClock, nom: str, adresse: str
) -> None:
    with pytest.raises(ValueError, match=r"address|control"):
        Courriels(
            vault=Vault({"k1": b"1" * 32}, current="k1", hash_key=b"h" * 32),
            nom_opco=nom,
            expediteur=adresse,
            postier=MemoirePostier(),
            clock=clock,
            database=database,
        )
