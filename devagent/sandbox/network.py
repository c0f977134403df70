"""What of the host's network set-up a build needs: certificates, package indexes, and the way to them.

It reaches the building commands as environment and as files on a tmpfs. It never reaches an image, an environment
folder or a sandbox. The user's proxies are spoken to from here (`forward`), and what the build is told of is the way
out of its own sandbox.
"""

import configparser
import os
import re
import ssl
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_CA_READERS = (*_CA_VARIABLES, "GIT_SSL_CAINFO", "NPM_CONFIG_CAFILE")
_SYSTEM_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
_SCHEMES = ("http", "https")
_PROXIES = ("http", "https", "all", "no")
_PIP_KEYS = ("index-url", "extra-index-url", "trusted-host", "proxy", "cert")
_LOOPBACK = ("localhost", "127.", "::1")
_OWN = ("localhost", "127.0.0.1", "::1")
# Maven reads no variables, and since 3.9 the properties of Java only if it is told to.
_MAVEN_TAKES_THEM = {"aether.connector.http.useSystemProperties": "true"}
_SECRET = re.compile(r"//[^/@\s]+@")


WEB = (80, 443)
"""The ports that builds reach."""

Endpoint = tuple[str, int]
"""A host, by name or number, and a port."""


@dataclass(frozen=True)
class BuildNetwork:
    """What the user allows builds.

    `hosts` are names or numbers inside the user's network that builds may reach, each with its port or for those of
    the web. `open` is without any filter: the engine's or the host's own network.
    """

    hosts: tuple[str, ...] = ()
    open: bool = False

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The hosts with the ports they are reached on."""
        return tuple(endpoint for host in self.hosts for endpoint in _endpoints(host))


FILTERED = BuildNetwork()


@dataclass(frozen=True)
class NetworkSettings:
    """What to lend to a build, and what it may reach.

    `files` go by name into the folder the settings were made for, `env` points to them there. `proxies` are the
    user's, by the names that variables have for them (http, https, all, no). `indexes` are the hosts and ports of the
    package indexes. `notes` are lines for the user.
    """

    files: Mapping[str, bytes]
    env: Mapping[str, str]
    proxies: Mapping[str, str]
    indexes: tuple[Endpoint, ...]
    notes: tuple[str, ...]

    @property
    def loopback_proxy(self) -> bool:
        """Whether a proxy listens on the host itself, which only the host's own network reaches."""
        hosts = (_endpoint(url)[0] for name, url in self.proxies.items() if name != "no")
        return any(host.startswith(_LOOPBACK) for host in hosts)


def network_settings(
    folder: str,
    environ: Mapping[str, str] | None = None,
    *,
    way_out: str = "",
    allowed: BuildNetwork = FILTERED,
) -> NetworkSettings:
    """The host's settings as a build sees them in `folder` (an absolute path inside the build).

    `way_out` is the proxy that is the only way out of the build; empty: the user's own proxies are lent.
    """
    environ = os.environ if environ is None else environ
    pip, notes = _pip(environ)
    npm = _npm(environ)
    proxies, indexes = _proxies(environ, pip.get("proxy", "")), tuple(_indexes(pip, npm))
    if way_out:
        pip.pop("proxy", "")
    files, env = {}, _through(way_out, [*indexes, *allowed.endpoints]) if way_out else _variables(_proxies(environ, ""))
    apt = [f'Acquire::{scheme}::Proxy "{way_out}/";' for scheme in _SCHEMES if way_out]
    if bundle := _ca_bundle(environ, pip.pop("cert", "")):
        files["ca.pem"] = bundle.read_bytes()
        env |= dict.fromkeys(_CA_READERS, f"{folder}/ca.pem")
        apt.append(f'Acquire::https::CAInfo "{folder}/ca.pem";')
    if apt:
        files["apt.conf"] = "".join(f"{line}\n" for line in apt).encode()
        env["APT_CONFIG"] = f"{folder}/apt.conf"
    if pip:
        files["pip.conf"] = "".join(["[global]\n", *(f"{k} = {v}\n" for k, v in pip.items())]).encode()
        env["PIP_CONFIG_FILE"] = f"{folder}/pip.conf"
    if npm:
        files["npmrc"] = "".join(f"{k}={v}\n" for k, v in npm.items()).encode()
        env["NPM_CONFIG_USERCONFIG"] = f"{folder}/npmrc"
    return NetworkSettings(files, env, proxies, indexes, tuple(notes))


def without_secrets(text: str) -> str:
    """`text` without the user names and passwords in its URLs."""
    return _SECRET.sub("//***@", text)


def _ca_bundle(environ: Mapping[str, str], pip_cert: str) -> Path | None:
    named = [environ.get(name, "") for name in _CA_VARIABLES]
    system = [ssl.get_default_verify_paths().cafile or "", *_SYSTEM_BUNDLES]
    return next((Path(path) for path in (*named, pip_cert, *system) if path and Path(path).is_file()), None)


def _proxies(environ: Mapping[str, str], pip: str) -> dict[str, str]:
    """The user's proxies; that of pip serves where there is no other."""
    found: dict[str, str] = {}
    for name in _PROXIES:
        if value := environ.get(f"{name}_proxy") or environ.get(f"{name}_proxy".upper()):
            found[name] = value
    return found or ({"all": pip} if pip else {})


def _variables(proxies: Mapping[str, str]) -> dict[str, str]:
    """Programs differ in the spelling they read; curl, for one, ignores HTTP_PROXY in capitals."""
    lower = {f"{name}_proxy": value for name, value in proxies.items()}
    return lower | {name.upper(): value for name, value in lower.items()}


def _through(way_out: str, named: Collection[Endpoint]) -> dict[str, str]:
    """What has programs take the way out, and none to what they start themselves on their own loopback."""
    host, port = _endpoint(way_out)
    # What is on the user's loopback is not on the build's.
    own = [name for name in _OWN if name not in {reached for reached, _ in named}]
    parts = [(f"{scheme}.proxy{key}", value) for scheme in _SCHEMES for key, value in (("Host", host), ("Port", port))]
    java = dict(parts) | {"http.nonProxyHosts": "|".join(own), **_MAVEN_TAKES_THEM}
    return {
        **_variables({**dict.fromkeys(_SCHEMES, way_out), "no": ",".join(own)}),
        "NODE_USE_ENV_PROXY": "1",
        "MAVEN_OPTS": " ".join(f"-D{key}={value}" for key, value in java.items()),
    }


def _indexes(pip: Mapping[str, str], npm: Mapping[str, str]) -> Iterator[Endpoint]:
    urls = [url for key, value in pip.items() if key.endswith("index-url") for url in value.split()]
    urls += [value for key, value in npm.items() if key.endswith("registry")]
    yield from (_endpoint(url) for url in urls)


def _pip(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    settings: dict[str, str] = {}
    for file in _pip_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                settings.update({k: v for k, v in parser.items(section) if k in _PIP_KEYS})
    for key in _PIP_KEYS:
        if value := environ.get("PIP_" + key.upper().replace("-", "_")):
            settings[key] = value
    return _reachable(settings)


def _reachable(settings: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Without what only the host can read: index folders on its disk."""
    kept, notes = {}, []
    for key, value in settings.items():
        words = value.split()
        if key.endswith("index-url"):
            local = [word for word in words if not word.startswith(("http://", "https://"))]
            notes += [f"package index {word} is on this machine and is left out of the build" for word in local]
            words = [word for word in words if word not in local]
        if words:
            kept[key] = " ".join(words)
    return kept, notes


def _pip_files(environ: Mapping[str, str]) -> Iterable[Path]:
    """Where pip looks for its settings, weakest first."""
    home = Path(environ.get("HOME", "/nonexistent"))
    configuration = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    if environ.get("PIP_CONFIG_FILE") == os.devnull:
        return
    yield from (Path(folder) / "pip/pip.conf" for folder in environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":"))
    yield Path("/etc/pip.conf")
    yield home / ".pip/pip.conf"
    if sys.platform == "darwin":
        yield home / "Library/Application Support/pip/pip.conf"
    yield configuration / "pip/pip.conf"
    yield Path(sys.prefix) / "pip.conf"
    if named := environ.get("PIP_CONFIG_FILE"):
        yield Path(named)


def _npm(environ: Mapping[str, str]) -> dict[str, str]:
    settings = {key: value for file in _npm_files(environ) for key, value in _npm_lines(file, environ)}
    variables = {name.lower(): value for name, value in environ.items()}
    if registry := variables.get("npm_config_registry"):
        settings["registry"] = registry
    return settings


def _npm_files(environ: Mapping[str, str]) -> Iterator[Path]:
    yield Path("/etc/npmrc")
    yield Path(environ.get("NPM_CONFIG_USERCONFIG") or Path(environ.get("HOME", "/nonexistent")) / ".npmrc")


def _npm_lines(file: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Registries and the credentials for them; all else in an npmrc is about the host."""
    if not file.is_file():
        return
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = (part.strip() for part in line.partition("="))
        if key == "registry" or key.endswith(":registry") or key.startswith("//"):
            yield key, re.sub(r"\$\{(\w+)\}", lambda m: environ.get(m[1], ""), value)


def _endpoints(host: str) -> list[Endpoint]:
    """The host of a setting, `name`, `name:port` or `[::1]:port`, on its port or on those of the web."""
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and (":" not in name or name.startswith("[")):
        return [(name.strip("[]").lower(), int(port))]
    return [(host.strip("[]").lower(), port) for port in WEB]


def _endpoint(url: str) -> Endpoint:
    """Host and port that a URL leads to; a bare `host:port` is one too."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.hostname or "", port or (443 if parts.scheme == "https" else 80)
