"""What is linked into the programs (third_party/linked.txt): versions, licence texts, and a bill of materials."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from contents import NAME, ROOT
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from origin import Origin
from packageurl import PackageURL

_PINS = ("debian_sources", "sdists")


class Library(NamedTuple):
    name: str
    # A Debian package, or a pin "NAME==VERSION" of third_party/debian_sources.txt or sdists.txt.
    source: str
    # "agent", "coordinator" or "both".
    programs: str
    # By SPDX.
    licence: str

    @property
    def version(self) -> str:
        if "==" in self.source:
            return self.source.split("==")[1]
        words = ["dpkg-query", "-W", "-f", "${Version}", self.source]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    @property
    def url(self) -> PackageURL:
        """The package's name for all programs that read bills of materials."""
        if "==" not in self.source:
            return PackageURL("deb", "debian", self.source, self.version, {"distro": "bookworm"})
        name = self.source.split("==")[0]
        if _pins("debian_sources").get(self.source):
            return PackageURL("deb", "debian", name, self.version, {"arch": "source", "distro": "bookworm"})
        return PackageURL("pypi", None, name, self.version)

    def licence_text(self) -> bytes:
        if "==" not in self.source:
            return Path(f"/usr/share/doc/{self.source}/copyright").read_bytes()
        return _licence_in_archive(self.source)


def libraries() -> list[Library]:
    lines = (ROOT / "third_party/linked.txt").read_text().splitlines()
    return [Library(*line.split(None, 3)) for line in lines if line and not line.startswith("#")]


def licence_expression() -> str:
    """The licences of everything in a package, by SPDX."""
    licences = {"Apache-2.0", *(library.licence for library in libraries())}
    return " AND ".join(sorted(f"({name})" if " " in name else name for name in licences))


def licence_files() -> dict[str, bytes]:
    """Returns name -> text: our own licence, and one for each library."""
    files = {"LICENSE": (ROOT / "LICENSE").read_bytes()}
    for library in libraries():
        files[f"third_party/{library.name}.txt"] = library.licence_text()
    return files


def bill_of_materials(origin: Origin) -> bytes:
    """CycloneDX JSON. All that would differ from one making to the next is derived from the commit."""
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{NAME}/{origin.version}/{origin.commit}"))
    bom.metadata.timestamp = datetime.fromtimestamp(origin.time, timezone.utc)
    program = Component(
        name=NAME,
        version=origin.version,
        type=ComponentType.APPLICATION,
        bom_ref=NAME,
        description=f"commit {origin.commit}",
        licenses=[LicenseExpression("Apache-2.0")],
    )
    bom.metadata.component = program
    parts = []
    for library in libraries():
        part = Component(
            name=library.name,
            version=library.version,
            type=ComponentType.LIBRARY,
            bom_ref=library.name,
            purl=library.url,
            licenses=[LicenseExpression(library.licence)],
        )
        bom.components.add(part)
        parts.append(Dependency(part.bom_ref))
    bom.dependencies.add(Dependency(program.bom_ref, parts))
    text = json.loads(JsonV1Dot6(bom).output_as_string())
    return (json.dumps(text, indent=2, sort_keys=True) + "\n").encode()


def _pins(table: str) -> dict[str, str]:
    lines = (ROOT / f"third_party/{table}.txt").read_text().splitlines()
    words = [line.split(" --hash=sha256:") for line in lines if not line.startswith("#")]
    return {pair[0]: pair[1] for pair in words if len(pair) == 2}


def _licence_in_archive(pin: str) -> bytes:
    digest = next(found for table in _PINS if (found := _pins(table).get(pin)))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fastest/third_party"
    (archive,) = cache.glob(digest + ".tar.*")
    with tarfile.open(archive) as files:
        for member in files:
            folder, _, name = member.name.partition("/")
            if name in ("LICENSE", "LICENSE.md"):
                return files.extractfile(member).read()
    raise SystemExit(f"package: {archive} has no licence")
