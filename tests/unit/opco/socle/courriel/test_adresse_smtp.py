"""Reading the address of the mail server: what is encrypted, what is refused, what never shows."""

import pytest

from traitdunion.opco.socle.courriel import AdresseSmtpInvalide, SmtpPostier
from traitdunion.opco.socle.courriel.smtp import Chiffrement, Serveur, read_url

SECRET = "phrase-fictive"


@pytest.mark.parametrize(
    ("url", "lu"),
    [
        ("smtp://relais.example", Serveur(hote="relais.example", port=587, chiffrement=Chiffrement.STARTTLS)),
        ("smtp://relais.example:2525/", Serveur(hote="relais.example", port=2525, chiffrement=Chiffrement.STARTTLS)),
        ("smtps://relais.example", Serveur(hote="relais.example", port=465, chiffrement=Chiffrement.TLS)),
        ("SMTPS://Relais.Example:99", Serveur(hote="relais.example", port=99, chiffrement=Chiffrement.TLS)),
        (
            "smtp://relais.example?chiffrement=aucun",
            Serveur(hote="relais.example", port=25, chiffrement=Chiffrement.AUCUN),
        ),
        ("smtp://[::1]:25?chiffrement=aucun", Serveur(hote="::1", port=25, chiffrement=Chiffrement.AUCUN)),
    ],
)
def test_the_encryption_and_the_port_follow_from_the_scheme(url: str, lu: Serveur) -> None:
    assert read_url(url) == lu


def test_the_account_is_decoded() -> None:
    lu = read_url("smtp://mya%40opco.example:a%3Ab%2Fc%23d%20@relais.example")
    assert (lu.utilisateur, lu.mot_de_passe) == ("mya@opco.example", "a:b/c#d ")


@pytest.mark.parametrize("schema", ["smtp", "smtps"])
def test_the_account_never_shows(schema: str) -> None:
    url = f"{schema}://compte-fictif:{SECRET}@relais.example"
    for vu in (repr(read_url(url)), str(read_url(url)), repr(SmtpPostier.from_url(url))):
        assert SECRET not in vu
        assert "compte-fictif" not in vu
        assert "relais.example" in vu


@pytest.mark.parametrize(
    ("url", "phrase"),
    [
        ("", "s'écrit smtp://"),
        ("relais.example:25", "s'écrit smtp://"),
        ("http://relais.example", "s'écrit smtp://"),
        ("smtp://", "s'écrit smtp://"),
        (f"smtp://opco:{SECRET}@", "s'écrit smtp://"),
        (f"smtp://opco:{SECRET}@relais.example/chemin", "s'écrit smtp://"),
        (f"smtp://opco:12/{SECRET}@relais.example", "s'écrit smtp://"),
        (f"smtp://opco:12#{SECRET}@relais.example", "s'écrit smtp://"),
        (f"smtp://opco:12?{SECRET}@relais.example", "illisible"),
        (f"smtp://opco:{SECRET}#x@relais.example", "illisible"),
        (f"smtp://opco:{SECRET}@relais.example:port", "illisible"),
        (f"smtp://opco:{SECRET}@relais.example:65536", "illisible"),
        (f"smtp://opco:{SECRET}@[::1", "illisible"),
        (f"smtp://opco:{SECRET}@relais.example?", None),
        (f"smtp://opco:{SECRET}@relais.example?chiffrement", "illisible"),
        ("smtp://relais.example?chiffrement=tls", "n'admet que"),
        ("smtp://relais.example?chiffrement=aucun&autre=1", "n'admet que"),
        ("smtp://relais.example?chiffrement=aucun&chiffrement=aucun", "n'admet que"),
        ("smtps://relais.example?chiffrement=aucun", "n'admet que"),
        ("smtp://opco@relais.example", "un compte et son mot de passe"),
        ("smtp://opco:@relais.example", "un compte et son mot de passe"),
        (f"smtp://:{SECRET}@relais.example", "un compte et son mot de passe"),
        (f"smtp://opco:{SECRET}@relais.example?chiffrement=aucun", "sans chiffrement"),
        (f"smtp://opco:{SECRET}%C3%A9@relais.example", "sans accent"),
        (f"smtp://opc%C3%A9:{SECRET}@relais.example", "sans accent"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_in_french_without_a_word_of_it(url: str, phrase: str | None) -> None:
    if phrase is None:
        assert read_url(url).mot_de_passe == SECRET
        return
    with pytest.raises(AdresseSmtpInvalide, match=phrase) as faute:
        read_url(url)
    assert SECRET not in str(faute.value)
    assert "relais" not in str(faute.value)
    assert faute.value.__cause__ is None
    assert faute.value.__suppress_context__ or faute.value.__context__ is None
