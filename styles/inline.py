"""An HTML page made self-contained: what it links to becomes part of it, and nothing else may be asked for."""

import base64
import hashlib
import mimetypes
import re
from pathlib import Path

from spatial.errors import Unavailable

SCRIPT = re.compile(r'<script src="([^"]+)"></script>')
SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)"\s*/?>')
IMAGE = re.compile(r"""url\((['"]?)(?!data:|#)([^'")]+)\1\)""")
CODE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S+")

LICENCES = {"leaflet": "LICENSE", "leaflet.markercluster": "MIT-LICENCE.txt"}
"""The terms that a library's copies must carry."""

VENDORED = {
    "leaflet.js": "leaflet/leaflet.js",
    "leaflet.css": "leaflet/leaflet.css",
    "leaflet.markercluster.js": "leaflet.markercluster/leaflet.markercluster.js",
    "MarkerCluster.css": "leaflet.markercluster/MarkerCluster.css",
    "MarkerCluster.Default.css": "leaflet.markercluster/MarkerCluster.Default.css",
}
"""The last part of an address that folium links to → our copy of the file, below the folder of browser libraries."""


class MissingAsset(Unavailable):
    """A page links to a file of which there is no local copy."""


def inline(html: str, assets: Path) -> str:
    """Return the page with each link replaced by the linked text from `assets`; raise MissingAsset.

    A Content-Security-Policy lets run what the page holds now and nothing else: no other script, no request.
    """
    html = SCRIPT.sub(lambda link: f"<script>{_script(found(link[1], assets))}</script>", html)
    html = SHEET.sub(lambda link: f"<style>{_sheet(found(link[1], assets))}</style>", html)
    return html.replace("<head>", f"<head>\n{policy(html)}", 1)


def found(address: str, assets: Path) -> Path:
    """Return our copy of the file that an address names; raise MissingAsset."""
    name = VENDORED.get(address.rsplit("/", 1)[-1])
    if name is None:
        raise MissingAsset(f"{address} has no local copy, so the page would not work offline; leave it out")
    return _there(assets / name)


def policy(html: str) -> str:
    """Return the <meta> that allows the page's own scripts by their digests (CSP Level 3), and no request at all."""
    digests = (hashlib.sha256(code.encode()).digest() for code in CODE.findall(html))
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    rules = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {scripts}"
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}" />'


def _there(path: Path) -> Path:
    if not path.is_file():
        raise MissingAsset(f"{path} is missing; run `python hatch_build.py` to fetch the browser libraries")
    return path


def _script(path: Path) -> str:
    # to JavaScript the same, but to who reads the file neither an end of the script nor an address it asks for
    code = SOURCE_MAP.sub("", path.read_text("utf-8")).replace("</script", r"<\/script").replace('="http', r"=\x22http")
    return f"/*!\n{_licence(path)}*/\n{code}"


def _licence(path: Path) -> str:
    return _there(path.parent / LICENCES[path.parent.name]).read_text("utf-8")


def _sheet(path: Path) -> str:
    return IMAGE.sub(lambda image: f"url({_data(_there(path.parent / image[2]))})", path.read_text("utf-8"))


def _data(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
