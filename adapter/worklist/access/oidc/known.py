"""Whom the page knows of those the authority names: users of its own, or by the groups that the settings map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapter.settings.sign_in import Roles
from adapter.worklist.access.oidc.authority import NotLetIn
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import NAME, User, Users
from adapter.worklist.ward import Ward


def known(ward: Ward, claims: Mapping[str, Any]) -> User:
    """The user that these claims name, with the role that they map to; raises NotLetIn for anybody else."""
    place, users = ward.place.oidc, Users(ward.database)
    name = claim(claims, place.user_claim)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise NotLetIn("the token holds no name of a user")
    user = users.named(name)
    if user is not None and user.disabled_at is not None:
        raise NotLetIn("the user is disabled")
    if place.roles.by_name:
        role = mapped(place.roles, claims)
        if role is None:
            raise NotLetIn("the user is in no group that has a role")
        if user is None or user.roles.get(ward.study.id) is not role:
            users.add(name, role, ward.study.id, None, ward.at())
            user = users.named(name)
    if user is None:
        raise NotLetIn("there is no such user")
    return user


def mapped(roles: Roles, claims: Mapping[str, Any]) -> Role | None:
    """The role of somebody by their groups; of several the one that may do most."""
    said = claim(claims, roles.claim)
    groups = {said} if isinstance(said, str) else {one for one in said or () if isinstance(one, str)}
    return next((Role(name) for name, wanted in roles.by_name.items() if groups & set(wanted)), None)


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by a path through what holds it, such as realm_access.roles."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
