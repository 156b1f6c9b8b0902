"""The hospital's own sign-in to the page, by OpenID Connect."""
