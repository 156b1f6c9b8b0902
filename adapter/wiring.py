"""From settings to the things of a run: the client that asks, and the ways out that tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TextIO
from zoneinfo import ZoneInfo

from adapter.errors import SettingsError, UsageError
from adapter.fhir.auth import Auth, Need
from adapter.fhir.client import Client, Server
from adapter.fhir.wire.line import Proxy
from adapter.fhir.wire.links import Home, safe
from adapter.journal import Journal
from adapter.outputs.alerts.email import EmailOutput, worklist_link
from adapter.outputs.alerts.webhook import WebhookOutput, door_of
from adapter.outputs.base import Output, key_file, read_key
from adapter.outputs.forms import FormsOutput
from adapter.outputs.subject.left import left_file
from adapter.outputs.subject.output import Mark, Place, ResearchSubjectOutput
from adapter.pipeline import Screen, study_hash
from adapter.progress import Progress, shown_on, unseen
from adapter.settings import Settings, secret
from adapter.settings.model import Auth as AuthSettings
from adapter.settings.model import Fhir, Source
from adapter.sources.hospital import OF_PATIENT


def client_of(settings: Settings) -> Client:
    """The client for the hospital's server."""
    place = settings.fhir
    if settings.source.kind == "folder":
        todo = "`screen --source FOLDER` reads a folder."
        raise SettingsError(
            f'source.kind: "folder" is not possible with this version. Set "search" or "export"; {todo}'
        )
    if place.base_url is None:
        raise SettingsError("fhir.base_url must be set: the address of the hospital's FHIR R4 server.")
    server = Server(
        str(place.base_url),
        ca_file=_named(place.ca_file),
        client_cert_file=_named(place.client_cert_file),
        client_key_file=_named(place.client_key_file),
        proxy=_proxy(place),
        patience_s=place.patience_s,
        max_connections=place.max_connections,
        max_requests_per_s=place.max_requests_per_s,
        also_under=place.also_under,
        files_from=settings.source.export.files_from,
        also_known_as=place.also_known_as,
        auth=_auth(place.auth, needs_of(settings)),
    )
    return Client(server)


def own_bases(place: Fhir) -> tuple[str, ...]:
    """The addresses by which what comes from the hospital's server may name each other."""
    return (*([place.base_url] if place.base_url else ()), *place.also_known_as)


def on_server(settings: Settings, url: str) -> Settings:
    """The settings for a server that is named elsewhere: a sign-in goes along to the origin of base_url alone."""
    if "?" in url:
        raise UsageError("--source: an address without a query is needed, such as https://host/fhir.")
    try:
        there, base = Home.of(safe(url, "--source")), settings.fhir.base_url
    except SettingsError as odd:
        raise UsageError(str(odd)) from None
    named: dict[str, object] = {"base_url": url}
    if base is None or Home.of(base).origin != there.origin:
        named |= {
            "auth": AuthSettings(),
            "also_under": (),
            "also_known_as": (),
            "client_cert_file": None,
            "client_key_file": None,
        }
    return settings.model_copy(update={"fhir": settings.fhir.model_copy(update=named), "source": Source()})


def outputs_of(settings: Settings, screen: Screen, client: Client) -> Callable[[Journal], Sequence[Output]]:
    """The ways out that the settings switch on, for a journal."""
    hook = settings.outputs.webhook
    signed_with = secret(hook.secret, hook.secret_file, "outputs.webhook.secret") if hook.enabled else ""

    def made(journal: Journal) -> list[Output]:
        outputs: list[Output] = []
        if settings.outputs.research_subject.enabled:
            mark = Mark(read_key(key_file(settings.database.url)), study_hash(screen))
            left = left_file(settings.database.url, screen.study.id)
            place = Place(settings.study.research_study, left)
            outputs.append(ResearchSubjectOutput(client, journal, screen.study, mark, now, place=place))
        if settings.outputs.forms.enabled:
            outputs.append(FormsOutput(client, journal, screen.study.id))
        if settings.outputs.email.enabled:
            mail = settings.outputs.email
            needs_password = mail.username is not None
            password = secret(mail.password, mail.password_file, "outputs.email.password") if needs_password else None
            link, zone = worklist_link(settings), ZoneInfo(settings.hospital.time_zone)
            local = partial(_local, zone)
            outputs.append(EmailOutput(mail, journal, screen.speaker, local, link=link, password=password))
        if hook.enabled:
            link = worklist_link(settings)
            outputs.append(WebhookOutput(door_of(hook), signed_with, journal, screen.study, now, link=link))
        return outputs

    return made


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _local(zone: ZoneInfo) -> datetime:
    return now().astimezone(zone)


def progress(stream: TextIO | None) -> Progress:
    """A progress that starts now, shown on a stream or to nobody."""
    return Progress(monotonic, shown_on(stream) if stream else unseen)


def needs_of(settings: Settings) -> tuple[Need, ...]:
    """What a run does with each type, and nothing more: least scopes are made of it."""
    needs = dict.fromkeys((*OF_PATIENT, "Medication", "ResearchStudy"), "rs")
    if settings.outputs.research_subject.enabled:
        needs["ResearchSubject"] = "crus"
        needs["ResearchStudy"] = "rs" if settings.study.research_study else "crs"
    if settings.outputs.forms.enabled:
        needs["QuestionnaireResponse"] = "crs"
    if settings.worklist.names:
        needs |= {"Encounter": "rs", "Appointment": "rs"}
    if "group" in settings.population.ways and settings.population.group:
        needs[settings.population.group.partition("/")[0]] = "r"
    if settings.source.kind == "export" and settings.source.export.level == "group":
        needs["Group"] = "r"
    return tuple(Need(kind, rights) for kind, rights in needs.items())


def _auth(auth: AuthSettings, needs: tuple[Need, ...]) -> Auth:
    said = {name: getattr(auth, name) or "" for name in ("username", "client_id")}
    if auth.kind == "basic":
        said["password"] = secret(auth.password, auth.password_file, "fhir.auth.password")
    if auth.kind == "client_secret":
        said["client_secret"] = secret(auth.client_secret, auth.client_secret_file, "fhir.auth.client_secret")
    url = str(auth.token_url) if auth.token_url else None
    return Auth(
        auth.kind, token_url=url, scope=auth.scope, key_file=auth.key_file, key_id=auth.key_id, needs=needs, **said
    )


def _proxy(place: Fhir) -> Proxy | None:
    if place.proxy is None:
        return None
    if place.proxy_username is None:
        return Proxy(place.proxy)
    password = secret(place.proxy_password, place.proxy_password_file, "fhir.proxy_password")
    return Proxy(place.proxy, place.proxy_username, password)


def _named(file: Path | None) -> str | None:
    return str(file) if file else None
