"""Contact requests: from a CFA or an employer to its OPCO, each a thread (guide.md, « Mes demandes de contact »)."""
