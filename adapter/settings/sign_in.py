"""The settings of the hospital's own sign-in to the page, by OpenID Connect."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, model_validator

from adapter.settings.kinds import Section, Url


class Roles(Section):
    """By which groups or roles of the authority somebody is what in the study; none: users are added by hand."""

    claim: str = Field(default="groups", min_length=1)
    investigator: tuple[str, ...] = ()
    coordinator: tuple[str, ...] = ()
    monitor: tuple[str, ...] = ()
    it: tuple[str, ...] = ()

    @property
    def by_name(self) -> dict[str, tuple[str, ...]]:
        """The groups of each role, that which may do most first; empty where none is mapped."""
        mapped = {name: getattr(self, name) for name in ("investigator", "coordinator", "monitor", "it")}
        return mapped if any(mapped.values()) else {}


class Oidc(Section):
    """The hospital's own sign-in; switched on by its issuer."""

    issuer: Url | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    scope: str = "openid profile"
    user_claim: str = Field(default="preferred_username", min_length=1)
    ca_file: Path | None = None
    roles: Roles = Roles()

    @model_validator(mode="after")
    def _whole(self) -> Oidc:
        if self.issuer is not None and not self.client_id:
            raise ValueError("client_id must be set: the name under which the page is registered there")
        if "openid" not in self.scope.split():
            raise ValueError('scope must hold "openid"')
        return self
