"""The funder's side: three doors (api, mya, instruction), the features below them, the socle under all."""
