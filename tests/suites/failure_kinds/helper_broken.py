"""Cannot be imported."""

raise ValueError("grüße from an import")
