"""What each virement settled, by nature. Pure."""

from collections import defaultdict
from datetime import date

import msgspec

from traitdunion.cfa.suivi.modele import Vue


class TotalVirement(msgspec.Struct, kw_only=True):
    """What one virement settled, before what the OPCO may have retained of it; cents."""

    virement: str | None
    jour: date | None
    montant: int = 0
    natures: dict[str, int] = {}
    factures: list[str] = []


def total_virements(vue: Vue, dossiers: set[str] | None) -> list[TotalVirement]:
    """One total by virement, the latest first; `dossiers` (numeroExterne): only what it settled of these."""
    totaux: dict[tuple[str | None, date | None], TotalVirement] = {}
    natures: dict[tuple[str | None, date | None], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for un in vue.reglements:
        if dossiers is not None and un.dossier not in dossiers:
            continue
        cle = (un.virement, un.jour)
        total = totaux.setdefault(cle, TotalVirement(virement=un.virement, jour=un.jour, factures=[]))
        total.montant += un.montant
        natures[cle][un.nature or "NON_VENTILE"] += un.montant
        if un.facture not in total.factures:
            total.factures.append(un.facture)
    for cle, total in totaux.items():
        total.natures = dict(natures[cle])
    return sorted(totaux.values(), key=lambda un: (un.jour or date.min, un.virement or ""), reverse=True)
