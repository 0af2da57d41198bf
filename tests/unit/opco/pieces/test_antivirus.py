"""What clamd's words mean: « sain » is one exact sentence, everything unclear is « indisponible »."""

import pytest

from traitdunion.opco.pieces.antivirus import Antivirus, Resultat, Verdict, read_answer

REPONSES = {
    b"stream: OK\0": Verdict(Resultat.SAIN),
    b"stream: Eicar-Test-Signature FOUND\0": Verdict(Resultat.INFECTE, "Eicar-Test-Signature"),
    b"stream: OK FOUND\0": Verdict(Resultat.INFECTE, "OK"),
    b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0": Verdict(
        Resultat.LIMITE, "Heuristics.Limits.Exceeded.MaxFileSize"
    ),
    b"INSTREAM size limit exceeded. ERROR\0": Verdict(Resultat.LIMITE),
    b"stream: OK": Verdict(Resultat.INDISPONIBLE),
    b"stream: OK\n\0": Verdict(Resultat.INDISPONIBLE),
    b"stream: ok\0": Verdict(Resultat.INDISPONIBLE),
    b"OK\0": Verdict(Resultat.INDISPONIBLE),
    b"stream: OK\0stream: OK\0": Verdict(Resultat.INDISPONIBLE),
    b"stream: Can't allocate memory ERROR\0": Verdict(Resultat.INDISPONIBLE),
    b"UNKNOWN COMMAND\0": Verdict(Resultat.INDISPONIBLE),
    b"": Verdict(Resultat.INDISPONIBLE),
    b"\0": Verdict(Resultat.INDISPONIBLE),
}


@pytest.mark.parametrize(("reponse", "verdict"), REPONSES.items())
def test_an_answer_means_what_it_says_and_no_more(reponse: bytes, verdict: Verdict) -> None:
    assert read_answer(reponse) == verdict


def test_what_is_found_or_cut_short_is_suspect_and_silence_is_not() -> None:
    assert [resultat for resultat in Resultat if Verdict(resultat).suspect] == [Resultat.INFECTE, Resultat.LIMITE]


@pytest.mark.parametrize("adresse", ["", "localhost:3310", "tcp://", "unix://run/clamd", "http://x", "unix:"])
def test_an_unreadable_address_is_refused_at_once(adresse: str) -> None:
    with pytest.raises(ValueError, match="antivirus"):
        Antivirus(adresse)
