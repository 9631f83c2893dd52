"""A contract of import-linter: packages that import nothing of others but what is named."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Allowed(Contract):
    """`source_modules` may import from `root_packages` nothing but themselves and `allowed_modules`, with all in these."""

    type_name = "allowed"
    # Each is read as a list of texts, into the attribute that declares it.
    source_modules: Any = fields.ListField(subfield=fields.StringField())
    allowed_modules: Any = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find what is imported and not named."""
        sources = tuple(str(name) for name in self.source_modules)
        allowed = tuple(str(name) for name in self.allowed_modules)
        roots = tuple(self.session_options["root_packages"])
        wrong = [
            (importer, imported)
            for importer in sorted(graph.modules)
            if _within(importer, sources)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if _within(imported, roots) and not _within(imported, (*sources, *allowed))
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that is not allowed."""
        wrong: list[Any] = check.metadata["wrong"]
        for importer, imported in wrong:
            output.print_error(f"{importer} may not import {imported}.", bold=True)


def _within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
