"""Files that are written from the migrated schema: typed rows for Python, types for TypeScript, and the dump."""
