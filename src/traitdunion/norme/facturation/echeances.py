"""Which échéance a line or a certificat speaks of (norme.md §2.3, §3): the number decides, the codification informs."""

import re

# « 1 », « 01 », « E1 », « e 1 », « 1.0 »: three digits at most, beyond the échéances of the longest contract.
_NUMERO = re.compile(r"\s*[Ee]?\s*0{0,9}([1-9][0-9]{0,2})(?:[.,]0{1,2})?\s*\Z")


def read_numero_echeance(texte: str | None) -> int | None:
    """The number of an échéance, from 1, whichever way connectors write it; None when it is no number."""
    trouve = _NUMERO.match(texte) if texte is not None and texte.isascii() else None
    return int(trouve[1]) if trouve else None


def normalise_numero_echeance(texte: str) -> str:
    """The number as this project keeps it, « 1 » for « E1 »; what is no number is left as it is, for a rule to say."""
    numero = read_numero_echeance(texte)
    return texte if numero is None else str(numero)


def codification_agrees(codification: str | None, *, numero: int, attendue: str) -> bool:
    """Whether the codification sent fits an échéance whose number and own codification (99 for the solde) are known.

    Nothing sent agrees with everything; the number itself always does. One connector sends 99 for every fourth
    échéance: that one does not agree, and is a warning only (norme.md §2.3).
    """
    if codification is None:
        return True
    return read_numero_echeance(codification) in (numero, read_numero_echeance(attendue))
