"""How the code encoder in `models/code_encoder/` is made, from fetching sources to the measured model.

Offline work, apart from the product: this package may import every other one, and none imports it. `make encoder` runs
all of it; `training/README.md` says what each step reads and writes.
"""
