"""A browser without scripts: it keeps cookies, and sends forms as they stand on the page."""

from html.parser import HTMLParser

HOST = "127.0.0.1"
BASE = f"http://{HOST}:8080"


class Fields(HTMLParser):
    """The forms of a page: where they go, and what they hold."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form":
            self.forms.append((said.get("action"), {}))
        elif tag == "input" and self.forms and said.get("name"):
            chosen = said.get("type") not in {"radio", "checkbox"} or "checked" in said
            if chosen:
                self.forms[-1][1][said["name"]] = said.get("value", "")


class Browser:
    """Somebody's browser at the page; without a user nobody is signed in."""

    def __init__(self, app, user=None):
        self.app, self.client = app, app.test_client()
        self.gate = app.extensions["gate"]
        if user is not None:
            self.token = self.gate.sessions.begin(user)

    @property
    def token(self):
        """The token of the session."""
        kept = self.client.get_cookie(self.gate.cookie, HOST)
        return kept.value if kept else None

    @token.setter
    def token(self, value):
        self.client.set_cookie(self.gate.cookie, value, domain=HOST)

    @property
    def form_token(self):
        """What a form of ours carries; nothing where nobody is signed in."""
        session = self.gate.sessions.of(self.token)
        return session.form_token if session else ""

    def get(self, path, **more):
        return self.client.get(path, base_url=BASE, **more)

    def post(self, path, data=None, **more):
        return self.client.post(path, data=data or {}, base_url=BASE, **more)

    def send(self, page, action, **filled):
        """Send the form of a page that goes to an address, with these fields filled in."""
        forms = Fields(self.get(page).text).forms
        held = next(fields for goes, fields in forms if goes == action)
        return self.post(action, {**held, **filled})
