"""The identifiers of the field and their keys (regles.md §2.6, §3.1). A check answers yes or no; it never raises."""

import re
from functools import lru_cache

from stdnum import iban as stdnum_iban
from stdnum.fr import nir as stdnum_nir
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

LETTRES_UAI = "ABCDEFGHJKLMNPRSTUVWXYZ"
PREFIXE_NUMERO = "CA-"
CHIFFRES_NUMERO = 7
_UAI = re.compile(r"[0-9]{7}[A-Z]\Z")
_RNCP = re.compile(r"RNCP[0-9]{1,6}\Z")
_CODE_DIPLOME = re.compile(r"[0-9A-Z]{8}[A-Z]?\Z")
_NAF = re.compile(r"[0-9]{4}[A-Z]\Z")
_NIR = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?\Z")
_DECA = re.compile(r"(?:0[0-9]{2}|02[AB]|9[0-5]|97[12346])[0-9]{4}(?:0[1-9]|1[0-2])(?:NC|[0-9]{2})[0-9]{4}\Z")
_NUMERO_EXTERNE = re.compile(r"CA-([0-9]{7})\Z")
_DEPARTEMENT = re.compile(r"(?:0?(?:0[1-9]|[1-8][0-9]|9[0-5])|0?2[AB]|9[78][0-9]|099|99|[1-9])\Z")
# As people write them, with spaces or not.
_NIR_ECRIT = re.compile(
    r"(?<![0-9])[1-478]\s?[0-9]{2}\s?[0-9]{2}\s?[0-9][0-9AB]\s?[0-9]{3}\s?[0-9]{3}(?:\s?[0-9]{2})?(?![0-9])"
)
_IBAN_ECRIT = re.compile(r"\b[A-Z]{2}[0-9]{2}(?:\s?[0-9A-Z]{4}){3,}")


@lru_cache(maxsize=10_000)
def siret_valide(siret: str) -> bool:
    """14 digits whose key is right (Luhn; La Poste: sum of digits multiple of 5)."""
    return len(siret) == 14 and siret.isascii() and stdnum_siret.is_valid(siret)


def siren_valide(siren: str) -> bool:
    """9 digits whose key is right (Luhn)."""
    return len(siren) == 9 and siren.isascii() and bool(stdnum_siren.is_valid(siren))


def uai_valide(uai: str) -> bool:
    """7 digits and the letter that they give."""
    return bool(_UAI.match(uai)) and LETTRES_UAI[int(uai[:7]) % 23] == uai[7]


def rncp_valide(rncp: str) -> bool:
    """« RNCP » and 1 to 6 digits."""
    return bool(_RNCP.match(rncp))


def code_diplome_valide(code: str) -> bool:
    """8 characters, and a letter at most."""
    return bool(_CODE_DIPLOME.match(code))


def naf_valide(naf: str) -> bool:
    """4 digits and a letter (NAF rév. 2); whether it exists is a matter of reference data."""
    return bool(_NAF.match(naf))


def idcc_valide(idcc: str) -> bool:
    """4 digits; 9998 and 9999 are special values that stand."""
    return len(idcc) == 4 and idcc.isascii() and idcc.isdigit()


def departement_valide(departement: str) -> bool:
    """A département of birth, with or without the leading zero of the form; 099 is abroad."""
    return bool(_DEPARTEMENT.match(departement))


def nir_forme_valide(nir: str) -> bool:
    """13 characters, or 15 with the key; 2A and 2B stand where Corsica does."""
    return bool(_NIR.match(nir))


def nir_cle_valide(nir: str) -> bool:
    """The key of a NIR of 15 characters (97 − n mod 97; 2A counts as 19, 2B as 18); a NIR of 13 has no key to check."""
    if len(nir) == 13:
        return True
    return str(stdnum_nir.calc_check_digits(nir[:13])) == nir[13:]


def nir_provisoire(nir: str) -> bool:
    """A waiting number (NIA): first digit 3, 4, 7 or 8."""
    return nir[0] in "3478"


def iban_valide(iban: str) -> bool:
    """Country, length and key (ISO 13616)."""
    return bool(stdnum_iban.is_valid(iban))


def nda_valide(nda: str) -> bool:
    """A declaration of activity: 11 digits."""
    return len(nda) == 11 and nda.isascii() and nda.isdigit()


def deca_valide(numero: str) -> bool:
    """A DECA number: département, year, month, two characters, order."""
    return bool(_DECA.match(numero.upper()))


def numero_externe(numero: int) -> str:
    """The dossier number that people use: « CA- » and 7 digits."""
    return f"{PREFIXE_NUMERO}{numero:0{CHIFFRES_NUMERO}d}"


def read_numero_externe(texte: str) -> int | None:
    """The number behind « CA-1234567 »; None when it is not one."""
    trouve = _NUMERO_EXTERNE.match(texte.strip().upper())
    return int(trouve[1]) if trouve else None


def may_hold_identifiant(texte: str) -> bool:
    """Whether a text of people may hold a NIR or the beginning of an IBAN, however it is spaced.

    What people type freely is read by others and mailed: such a text is refused, without being quoted.
    """
    return bool(_NIR_ECRIT.search(texte) or _IBAN_ECRIT.search(texte.upper()))
