"""Images: built step by step, found again, and free of what the build was lent."""

import asyncio
import contextlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devagent.errors import SandboxError, UsageError
from devagent.sandbox import images
from devagent.sandbox.docker import DockerSandbox
from devagent.sandbox.dockerfile import parse
from devagent.sandbox.engine import Engine
from devagent.sandbox.network import network_settings, without_secrets
from devagent.sandbox.recipe import Recipe
from devagent.sandbox.sandbox import Command, File

IMAGE = "debian:bookworm-slim"


def test_a_dockerfile_is_read_with_arguments_comments_and_continued_lines() -> None:
    text = """# first
        ARG BASE
        ARG TOOL=git
        FROM ${BASE}
        ENV A=1 B="two words"
        ENV OLD style value
        RUN one; \\
            # said in between

            two $A
        RUN ["prog", "arg"]
        COPY a b /build/
        WORKDIR /x/${A}
    """
    file = parse(text, {"BASE": "debian"})
    assert file.base == "debian"
    assert [(s.instruction, s.words) for s in file.steps] == [
        ("ENV", ("A=1", "B=two words")),
        ("ENV", ("OLD=style value",)),
        ("RUN", ("/bin/sh", "-c", "one;             two $A")),
        ("RUN", ("prog", "arg")),
        ("COPY", ("a", "b", "/build/")),
        ("WORKDIR", ("/x/1",)),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("RUN x", "RUN before FROM"),
        ("FROM a\nFROM b", "one stage"),
        ("FROM a\nHEALTHCHECK NONE", "HEALTHCHECK is not supported"),
        ("FROM a\nRUN --mount=type=secret x", "no options"),
        ("FROM a\nCOPY --from=b c d", "no options"),
        ("FROM a\nWORKDIR $NO", "not set"),
        ("FROM a\nRUN x \\", "goes on nowhere"),
        ("FROM ${BASE}", "not set"),
        ("", "no FROM"),
        ('FROM a\nCOPY ["a", b]', "JSON"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parse(text, {})


@pytest.fixture
def host(tmp_path: Path) -> dict[str, str]:
    bundle = tmp_path / "company-ca.pem"
    bundle.write_text("-----BEGIN CERTIFICATE-----\ncompany-certificate-secret\n")
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://user:index-secret@index.invalid/simple\ntimeout = 3\n"
        "[install]\nextra-index-url = file:///srv/wheels\n    https://more.invalid/simple\n"
    )
    (tmp_path / "npmrc").write_text(
        "cache=/home/x\nregistry=https://npm.invalid/\n//npm.invalid/:_authToken=${NPM_TOKEN}\n@us:registry=https://us.invalid/\n"
    )
    return {
        "HOME": str(tmp_path / "nobody"),
        "REQUESTS_CA_BUNDLE": str(bundle),
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "NPM_CONFIG_USERCONFIG": str(tmp_path / "npmrc"),
        "NPM_TOKEN": "npm-secret",
        "https_proxy": "http://user:proxy-secret@proxy.invalid:3128",
        "NO_PROXY": "internal.invalid",
    }


def test_settings_of_the_host_become_files_and_variables_of_the_build(host: dict[str, str]) -> None:
    settings = network_settings("/lent", host)
    assert b"company-certificate-secret" in settings.files["ca.pem"]
    assert settings.files["pip.conf"].decode().splitlines()[-2:] == [
        "index-url = https://user:index-secret@index.invalid/simple",
        "extra-index-url = https://more.invalid/simple",
    ]
    assert settings.files["npmrc"].decode() == (
        "registry=https://npm.invalid/\n//npm.invalid/:_authToken=npm-secret\n@us:registry=https://us.invalid/\n"
    )
    for name in ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "NPM_CONFIG_CAFILE"):
        assert settings.env[name] == "/lent/ca.pem"
    assert settings.env["HTTPS_PROXY"] == settings.env["https_proxy"] == host["https_proxy"]
    assert settings.env["no_proxy"] == "internal.invalid"
    assert settings.proxies == {"https": host["https_proxy"], "no": "internal.invalid"}
    indexes = ("index.invalid", 443), ("more.invalid", 443), ("npm.invalid", 443), ("us.invalid", 443)
    assert (settings.indexes, settings.loopback_proxy) == (indexes, False)
    assert settings.notes == ("package index file:///srv/wheels is on this machine and is left out of the build",)
    assert not {"HOME", "NPM_TOKEN"} & settings.env.keys()


def test_behind_a_way_out_nothing_of_the_users_proxies_is_lent(host: dict[str, str]) -> None:
    settings = network_settings("/lent", {**host, "PIP_PROXY": host["https_proxy"]}, way_out="http://127.0.0.1:3128")
    assert settings.env["HTTPS_PROXY"] == settings.env["http_proxy"] == "http://127.0.0.1:3128"
    assert settings.env["no_proxy"] == "localhost,127.0.0.1,::1"
    lent = [*settings.env.values(), *(content.decode() for content in settings.files.values())]
    assert not any("proxy.invalid" in text or "internal.invalid" in text for text in lent)
    assert settings.proxies["https"] == host["https_proxy"]


def test_a_proxy_on_the_host_itself_is_noticed(host: dict[str, str]) -> None:
    for proxy in ("http://127.0.0.1:3128", "localhost:3128", "http://[::1]:3128"):
        assert network_settings("/lent", {**host, "https_proxy": proxy}).loopback_proxy


def test_passwords_in_urls_are_not_shown() -> None:
    assert without_secrets("at https://user:secret@host/x") == "at https://***@host/x"


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    try:
        found = asyncio.run(Engine.connect())
        found.client.images.get(IMAGE)
    except Exception as error:  # noqa: BLE001 - whatever it is, these tests cannot run without it
        pytest.skip(f"no Docker engine with {IMAGE}: {error}")
    yield found
    for image in found.client.images.list():
        for tag in (tag for tag in image.tags if tag.startswith("devagent-selftest")):
            found.client.api.remove_image(tag, force=True)
    found.close()


def recipe(steps: str, install: str = "true", **inputs: str) -> Recipe:
    files = {name.replace("__", "/"): File(content.encode()) for name, content in inputs.items()}
    return Recipe("selftest", (IMAGE,), f"ARG BASE\nFROM ${{BASE}}\n{steps}\n", install, files)


def build(made: Recipe) -> tuple[str, list[str]]:
    lines: list[str] = []
    return asyncio.run(images.build(made, progress=lines.append)), lines


def run_in(image: str, script: str) -> str:
    async def go() -> str:
        sandbox = DockerSandbox(image)
        try:
            await sandbox.start()
            return (await sandbox.run(Command(["sh", "-c", script]))).output
        finally:
            await sandbox.close()

    return asyncio.run(go())


@pytest.mark.docker
def test_an_image_is_built_from_inputs_found_again_and_rebuilt_when_they_change(engine: Any) -> None:
    steps = (
        'RUN echo tools >/tools\nCOPY . /build\nENV GREETING="good day"\nWORKDIR /made/here\n'
        'RUN echo "$GREETING" >said && sh /build/install.sh\nCOPY deep/lock /made/\nCOPY deep /copied\n'
        "USER 1000\nRUN id -u >/tmp/user || :"
    )
    made = recipe(steps, "mkdir -p /opt/env/bin && cp /build/deep/lock /opt/env/lock", deep__lock="one\n")
    assert asyncio.run(images.find(made)) is None
    name, lines = build(made)
    assert name.startswith("devagent-selftest:")
    assert lines.index("preparing debian:bookworm-slim") < lines.index("installing the dependencies for selftest")
    seen = run_in(name, "cat /tools /opt/env/lock /made/here/said /made/lock /copied/lock; echo $GREETING")
    assert seen == "tools\none\ngood day\none\none\ngood day\n"
    assert asyncio.run(images.find(made)) == name
    assert build(made) == (name, [])
    other, lines = build(recipe(steps, made.install, deep__lock="two\n"))
    assert other != name
    assert "RUN echo tools >/tools" not in lines
    labels = engine.client.images.get(name).labels
    assert labels["devagent"] == "1"
    assert not labels.get("devagent.pid")


@pytest.mark.docker
def test_what_a_build_is_lent_is_in_no_layer_no_configuration_and_no_history(
    engine: Any, host: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in host.items():
        if name != "HOME":
            monkeypatch.setenv(name, value)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    used = (
        'RUN grep -q certificate-secret "$SSL_CERT_FILE" && grep -q index-secret "$PIP_CONFIG_FILE" && '
        'grep -q npm-secret "$NPM_CONFIG_USERCONFIG" && case "$(env)" in *proxy-secret*) ;; *) echo 1 >/seen;; esac'
    )
    name, lines = build(recipe(used))
    assert run_in(name, "cat /seen; env; ls /run/devagent-build") == run_in(name, "echo 1; env; ls /run/devagent-build")
    assert not any("-secret@" in line for line in lines)
    kept = [json.dumps(engine.client.api.inspect_image(name)), json.dumps(engine.client.api.history(name))]
    base_layers = len(engine.client.api.inspect_image(IMAGE)["RootFS"]["Layers"])
    saved = tmp_path / "image.tar"
    with saved.open("wb") as file:
        file.writelines(engine.client.images.get(name).save())
    with tarfile.open(saved) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
        for layer in manifest[0]["Layers"][base_layers:]:
            content = archive.extractfile(layer)
            assert content is not None
            with tarfile.open(fileobj=content) as files:
                kept += [m.name for m in files]
                kept += [(files.extractfile(m) or io.BytesIO()).read().decode("latin-1") for m in files if m.isreg()]
    text = "\n".join(kept)
    assert "seen" in text
    for secret in ("certificate-secret", "index-secret", "npm-secret", "proxy", "index.invalid", "company"):
        assert secret not in text


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_a_failing_step_is_named_and_its_log_is_in_the_details() -> None:
    made = recipe("RUN echo from https://me:password@host/; exit 3")
    with pytest.raises(SandboxError, match=r"https://\*\*\*@host/ \(line 3 of the Dockerfile, exit code 3\)") as failed:
        build(made)
    assert failed.value.details == "from https://***@host/\n"
    assert asyncio.run(images.find(made)) is None


@pytest.mark.docker
def test_a_cancelled_build_leaves_no_image_and_no_container(engine: Any) -> None:
    made = recipe("RUN sleep 600")

    async def cancelled() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(images.build(made, progress=lambda _: None), 1.5)

    asyncio.run(cancelled())
    assert asyncio.run(images.find(made)) is None
    ours = {"label": f"devagent.pid={os.getpid()}"}
    assert not engine.client.containers.list(all=True, filters=ours)


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_the_first_base_that_can_be_had_is_used_and_the_wish_is_noted() -> None:
    wished = Recipe("selftest", ("localhost:1/wished:9", IMAGE), "", "")
    base, note = asyncio.run(images.pick_base(wished))
    assert base == IMAGE
    assert note.startswith("localhost:1/wished:9 cannot be had")
    assert asyncio.run(images.pick_base(Recipe("selftest", (IMAGE,), "", ""))) == (IMAGE, "")
    with pytest.raises(SandboxError, match="no base image"):
        asyncio.run(images.pick_base(Recipe("selftest", ("localhost:1/wished:9",), "", "")))


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_packages_are_installed_through_the_settings_of_the_host() -> None:
    steps = "COPY . /build\nRUN sh /build/install.sh"
    made = recipe(steps, "python3 -m venv /opt/env && /opt/env/bin/pip install -q --no-cache-dir six\n")
    name, _ = build(made)
    assert run_in(name, "python -c 'import six, sys; print(sys.prefix)'") == "/opt/env\n"
