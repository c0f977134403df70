"""What of the host's network set-up a build needs: certificates, proxies, package indexes.

It reaches the building commands as environment and as files on a tmpfs. It never reaches an image, an environment
folder or a sandbox.
"""

import configparser
import os
import re
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_CA_READERS = (*_CA_VARIABLES, "GIT_SSL_CAINFO", "NPM_CONFIG_CAFILE")
_SYSTEM_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_PIP_KEYS = ("index-url", "extra-index-url", "trusted-host", "proxy", "cert")
_LOOPBACK = ("localhost", "127.", "::1")
_SECRET = re.compile(r"//[^/@\s]+@")


@dataclass(frozen=True)
class NetworkSettings:
    """What to lend to a build.

    `files` go by name into the folder the settings were made for, `env` points to them there. `hosts` are the names
    the build must be able to resolve. `loopback_proxy` says that a proxy listens on the host itself, which only the
    host's own network reaches. `notes` are lines for the user.
    """

    files: Mapping[str, bytes]
    env: Mapping[str, str]
    hosts: tuple[str, ...]
    loopback_proxy: bool
    notes: tuple[str, ...]


def network_settings(folder: str, environ: Mapping[str, str] | None = None) -> NetworkSettings:
    """The host's settings as a build sees them in `folder` (an absolute path inside the build)."""
    environ = os.environ if environ is None else environ
    pip, notes = _pip(environ)
    files, env = {}, _proxies(environ)
    if bundle := _ca_bundle(environ, pip.pop("cert", "")):
        files["ca.pem"] = bundle.read_bytes()
        env |= dict.fromkeys(_CA_READERS, f"{folder}/ca.pem")
        files["apt.conf"] = f'Acquire::https::CAInfo "{folder}/ca.pem";\n'.encode()
        env["APT_CONFIG"] = f"{folder}/apt.conf"
    if pip:
        files["pip.conf"] = "".join(["[global]\n", *(f"{k} = {v}\n" for k, v in pip.items())]).encode()
        env["PIP_CONFIG_FILE"] = f"{folder}/pip.conf"
    if npm := _npm(environ):
        files["npmrc"] = "".join(f"{k}={v}\n" for k, v in npm.items()).encode()
        env["NPM_CONFIG_USERCONFIG"] = f"{folder}/npmrc"
    proxies = {_host(v) for k, v in env.items() if k.upper() in _PROXY_VARIABLES[:3]} | {_host(pip.get("proxy", ""))}
    indexes = (pip.get("index-url") or "https://pypi.org", npm.get("registry") or "https://registry.npmjs.org")
    return NetworkSettings(
        files,
        env,
        tuple(sorted(filter(None, proxies or ()))) or tuple(_host(url) for url in indexes),
        any(host.startswith(_LOOPBACK) for host in proxies),
        tuple(notes),
    )


def without_secrets(text: str) -> str:
    """`text` without the user names and passwords in its URLs."""
    return _SECRET.sub("//***@", text)


def _ca_bundle(environ: Mapping[str, str], pip_cert: str) -> Path | None:
    named = [environ.get(name, "") for name in _CA_VARIABLES]
    system = [ssl.get_default_verify_paths().cafile or "", *_SYSTEM_BUNDLES]
    return next((Path(path) for path in (*named, pip_cert, *system) if path and Path(path).is_file()), None)


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _PROXY_VARIABLES:
        # Programs differ in the spelling they read; curl, for one, ignores HTTP_PROXY in capitals.
        if value := environ.get(name.lower()) or environ.get(name):
            found |= {name: value, name.lower(): value}
    return found


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


def _host(url: str) -> str:
    return urlsplit(url if "//" in url else f"//{url}").hostname or ""
