"""The language that both sides share, as data: messages, nomenclatures, contrôles, errors. Pure: no I/O, no clock."""
