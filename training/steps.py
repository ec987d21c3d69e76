"""The steps of `make encoder`, each reading what the one before has left in the cache folder."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from zlib import crc32

from training.collecting import Collected, Known, collect_package
from training.fetching import fetch_packages
from training.keep_out import groups_of_sources, line_groups
from training.licences import spdx_of
from training.packages import PACKAGES_FILE, Package, Use, read_packages, write_packages
from training.processes import map_in_processes
from training.unpacking import unpack_package

COPIES_FILE = Path(__file__).with_name("copies.tsv")
SEED = 1
# A held-out package with more line groups than this is data, and nobody vendors it.
MOST_GROUPS = 400_000
VALIDATED_SHARE, TESTED_SHARE = 4, 6
Say = Callable[[str], None]


def fetch(cache: Path, say: Say, *, listed: Path = PACKAGES_FILE) -> None:
    """Bring all packages of the list into the cache."""
    packages = read_packages(listed)
    fetch_packages(packages, cache)
    missing = [each.key for each in packages if not (cache / "fetched" / each.key).exists()]
    say(f"fetched {len(packages) - len(missing)} of {len(packages)} packages; missing: {' '.join(missing) or 'none'}")


def collect(
    cache: Path,
    say: Say,
    *,
    measured_sources: Path | None = None,
    processes: int = 2,
    listed: Path = PACKAGES_FILE,
) -> None:
    """Make the pairs of each fetched package, first of those that are held out: what they hold is not trained on.

    `measured_sources` is a folder of sources that search is measured on; copies of them are found and put on the list
    of copies, which is what leaves them out where that folder is not at hand. What was collected before
    stays. Raises ProcessKilledError.
    """
    packages = [each for each in read_packages(listed) if (cache / "fetched" / each.key).exists()]
    target = cache / "collected"
    target.mkdir(exist_ok=True)
    measured = frozenset() if measured_sources is None else groups_of_sources(measured_sources)
    held_out = [each for each in packages if each.use is not Use.TRAIN]
    groups = frozenset(chain.from_iterable(map_in_processes(partial(_groups_of, cache), held_out, processes)))
    random.Random(SEED).shuffle(packages)
    # Forked, the processes share it.
    _KNOWN.append(Known(measured, groups, read_copies()))
    left_out: Counter[str] = Counter()
    for number, reasons in enumerate(map_in_processes(partial(_collect_one, cache), packages, processes), 1):
        left_out.update(reasons)
        if number % 200 == 0:
            say(f"collected {number} of {len(packages)} packages")
    say(f"files left out: {dict(left_out.most_common())}")


_KNOWN: list[Known] = []


def _groups_of(cache: Path, package: Package) -> set[int]:
    groups: set[int] = set()
    for _, raw in unpack_package(package, cache):
        groups |= line_groups(raw.decode("utf-8", "replace"))
    return groups if len(groups) <= MOST_GROUPS else set()


def _collect_one(cache: Path, package: Package) -> Counter[str]:
    target = cache / "collected" / f"{package.key}.pkl"
    if target.exists():
        return Counter()
    found = collect_package(package, cache, _KNOWN[-1], SEED)
    partly = target.with_suffix(".part")
    partly.write_bytes(pickle.dumps((package, found)))
    partly.rename(target)
    return found.left_out


def read_copies(path: Path = COPIES_FILE) -> frozenset[tuple[str, str]]:
    """Package and path of the files that are known to be copies of what is measured."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return frozenset((package, name) for package, _, name in (line.partition("\t") for line in lines))


def pin(cache: Path, say: Say) -> None:
    """Write into the list what was collected: versions and licences; drop what gave nothing."""
    found = [pickle.loads(path.read_bytes()) for path in sorted((cache / "collected").glob("*.pkl"))]
    kept = [replace(package, version=one.version, licence=spdx_of(one.licence)) for package, one in found if one.pairs]
    write_packages(kept)
    copies = {(package.key, path) for package, one in found for path in one.copied} | read_copies()
    COPIES_FILE.write_text("".join(f"{package}\t{path}\n" for package, path in sorted(copies)), "utf-8")
    say(f"pinned {len(kept)} packages of {len(found)}, {len(copies)} files that are copies")


def use_of(key: str) -> Use:
    """What a new package is for, by chance of its name: one in twenty-five validates, one in seventeen tests."""
    place = crc32(key.encode()) % 100
    return (
        Use.VALIDATE if place < VALIDATED_SHARE else Use.TEST if place < VALIDATED_SHARE + TESTED_SHARE else Use.TRAIN
    )


def collected_of(cache: Path) -> Sequence[tuple[Package, Collected]]:
    return [pickle.loads(path.read_bytes()) for path in sorted((cache / "collected").glob("*.pkl"))]


def packages_by_use(packages: Iterable[Package]) -> Counter[Use]:
    return Counter(package.use for package in packages)
