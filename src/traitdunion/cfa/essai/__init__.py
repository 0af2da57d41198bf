"""An OPCO in memory, for the tests of a CFA's software: it plays any profile of the matrix, in process.

    from traitdunion.cfa import ClientCfa
    from traitdunion.cfa.essai import OpcoEssai

    opco = OpcoEssai("opco-ep")
    with ClientCfa(opco.profil(), transport=opco.transport) as client:
        accuse = client.deposit(depot)

It answers in that OPCO's own shapes and spellings, and fails on demand. It is no proof of conformance: an OPCO's test
environment is. What it receives stays in memory.
"""

from traitdunion.cfa.essai.opco import OpcoEssai
from traitdunion.cfa.essai.refus import Coupure, RefusEssai

__all__ = ["Coupure", "OpcoEssai", "RefusEssai"]
