"""How a server is put into a TOML file with all else left as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Keeps comments, order and blanks; the standard library only reads.
import tomlkit
from tomlkit.exceptions import TOMLKitError

from search_api.connecting.json_editing import UnreadableConfigError


def set_in_toml(text: str, keys: Sequence[str], value: Mapping[str, object]) -> str:
    """The text with the table at the keys. Raises UnreadableConfigError."""
    try:
        document = tomlkit.parse(text)
        holder = document
        for key in keys[:-1]:
            if key not in holder:
                holder[key] = tomlkit.table(is_super_table=True)
            holder = holder[key]
            if not isinstance(holder, Mapping):
                raise UnreadableConfigError(f"'{key}' is no table.")
        if holder.get(keys[-1]) == value:
            return text
        holder[keys[-1]] = _table(value)
        return tomlkit.dumps(document)
    except TOMLKitError as error:
        raise UnreadableConfigError(f"It is no TOML: {error}") from error


def _table(value: Mapping[str, object]) -> tomlkit.items.Table:
    table = tomlkit.table()
    for name, part in value.items():
        if isinstance(part, Mapping):
            inline = tomlkit.inline_table()
            inline.update(part)
            table[name] = inline
        else:
            table[name] = part
    return table
