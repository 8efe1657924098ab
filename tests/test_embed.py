"""What the widget's server side promises: who may embed, how often one may ask, errors that help, bytes, no markup."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import ASGIApp

from bot.chain import Bot
from bot.question import LONGEST
from corpus.errors import ArticleError, SettingsError
from corpus.load import Publication
from corpus.settings import Settings
from tests.conftest import ROOT
from web.api import described
from web.budget import weights
from web.embed import Widget, make_widget
from web.harden import security_headers
from web.limit import client_of, parse_rate
from web.page_words import load_words
from web.problem import load_problems
from web.server import pageless_app
from web.words import MAY_BE_EMPTY, load_panel_words, words_for

SITE = "https://clinic.example"


@pytest.fixture(scope="module")
def widget(bot: Bot) -> Widget:
    return make_widget(bot.index.publication, bot.prompts, ["What are T cells?"])


Make = Callable[..., FastAPI]


@pytest.fixture(scope="module")
def make(lent: Bot, widget: Widget) -> Make:
    """Makes the app without its Gradio page, which takes seconds, for settings of a test's own."""

    def make(**settings: object) -> FastAPI:
        chosen = replace(Settings(), **settings)  # type: ignore[arg-type]
        app, warming = pageless_app(chosen, lent.index.publication, widget, lambda: lent)
        warming.get(60)
        return app

    return make


@pytest.fixture(scope="module")
def client(make: Make) -> TestClient:
    return TestClient(make(sites=(SITE,), rate="off"), base_url="http://chat.example", raise_server_exceptions=False)


# Who may embed


@pytest.mark.parametrize(
    "site",
    [
        "*",
        "https://*",
        "https://*.clinic.example",
        "clinic.example",
        "ftp://clinic.example",
        "https://",
        "https://clinic.example/path",
        "https://clinic.example?x",
        "https://clinic.example#x",
        "https://user@clinic.example",
        "https://clinic.example:99999",
        "https://clinic.example:",
        "https://clinic.example:8o80",
        "https://clinic_example",
        "https://clinic..example",
        "https://clinic.example,https://b.example",
        "https://clinic.example;script-src",
        "https://[::1",
        "'self'",
        "null",
    ],
)
def test_a_wrong_site_is_an_error_at_start(site: str) -> None:
    with pytest.raises(SettingsError, match="ASK_SITES"):
        Settings.from_env({"ASK_SITES": f"https://good.example {site}"})


def test_right_sites_become_frame_ancestors_and_cors(make: Make) -> None:
    sites = Settings.from_env({"ASK_SITES": "HTTPS://Clinic.Example/ http://a-b.example:8080 http://[::1]:3000"}).sites
    assert sites == (SITE, "http://a-b.example:8080", "http://[::1]:3000")
    policy = security_headers("/embed", sites)["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://clinic.example http://a-b.example:8080 http://[::1]:3000")
    client = TestClient(make(sites=sites), base_url="http://chat.example")
    for site in sites:
        assert client.get("/healthz", headers={"Origin": site}).headers["access-control-allow-origin"] == site


def test_by_default_only_this_machine_may_embed(make: Make) -> None:
    sites = Settings.from_env({}).sites
    policy = security_headers("/embed", sites)["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' http://localhost:* http://127.0.0.1:*")
    client = TestClient(make(), base_url="http://chat.example")
    allowed = ("http://localhost:5500", "http://127.0.0.1")
    refused = ("https://clinic.example", "http://localhost.evil.example", "http://evil.example:80", "null")
    for origin in (*allowed, *refused):
        headers = client.get("/healthz", headers={"Origin": origin}).headers
        assert headers.get("access-control-allow-origin") == (origin if origin in allowed else None)


# How often one may ask


def ask(app: ASGIApp, peer: str, **headers: str) -> int:
    client = TestClient(app, base_url="http://chat.example", client=(peer, 5000))
    return client.post("/api/ask", json={"question": ""}, headers=headers).status_code


def test_who_asks_too_often_is_told_how_long_to_wait(make: Make) -> None:
    app = make(rate="2/minute", sites=(SITE,))
    client = TestClient(app, base_url="http://chat.example", client=("192.0.2.1", 5000))
    answers = [client.post("/api/ask", json={"question": ""}, headers={"Origin": SITE}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    last = answers[-1]
    wait = int(last.headers["retry-after"])
    assert 1 <= wait <= 60
    assert last.headers["content-type"] == "application/problem+json"
    assert f"wait {wait} seconds" in last.json()["detail"]
    assert last.headers["access-control-allow-origin"] == SITE, "or a site's own script could not read why"
    assert "Retry-After" in last.headers["access-control-expose-headers"]
    assert ask(app, "192.0.2.2") == 200, "another client is not held up"
    assert client.get("/api/article").status_code == 200, "reading is not limited"
    assert client.post("/gradio_api/queue/join", json={}).status_code == 429, "the page is no way around it"


def test_this_machine_is_spared_unless_a_rate_is_set(make: Make) -> None:
    app = make()
    assert {ask(app, "127.0.0.1") for _ in range(61)} == {200}
    assert [ask(app, "192.0.2.7") for _ in range(61)][-2:] == [200, 429]
    limited = make(rate="1/hour")
    assert [ask(limited, "127.0.0.1") for _ in range(2)] == [200, 429]
    free = make(rate="off")
    assert {ask(free, "192.0.2.7") for _ in range(61)} == {200}


def test_a_forged_address_changes_nothing(make: Make) -> None:
    app = make(rate="1/minute")
    assert ask(app, "192.0.2.1") == 200
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert ask(app, "192.0.2.1", **{name: "198.51.100.9"}) == 429


def test_a_named_proxy_is_believed_and_what_a_client_put_before_it_is_not(make: Make) -> None:
    app = make(rate="1/minute", proxies=("10.0.0.0/8", "::1"))
    through = {"X-Forwarded-For": "192.0.2.1"}
    assert ask(app, "10.1.2.3", **through) == 200
    assert ask(app, "10.1.2.3", **through) == 429
    assert ask(app, "10.1.2.3", **{"X-Forwarded-For": "198.51.100.9, 192.0.2.1"}) == 429, "the last hop counts"
    assert ask(app, "10.1.2.3", **{"X-Forwarded-For": "192.0.2.2"}) == 200
    assert ask(app, "203.0.113.5", **{"X-Forwarded-For": "192.0.2.9"}) == 200
    assert ask(app, "203.0.113.5", **{"X-Forwarded-For": "192.0.2.10"}) == 429, "not one of the named proxies"


@pytest.mark.parametrize("value", ["proxy.example", "10.0.0.1/8", "10.0.0.0/33", "*"])
def test_a_wrong_proxy_is_an_error_at_start(value: str) -> None:
    with pytest.raises(SettingsError, match="ASK_PROXIES"):
        Settings.from_env({"ASK_PROXIES": value})


@pytest.mark.parametrize("value", ["often", "5", "5/fortnight", "-1/minute"])
def test_a_wrong_rate_is_an_error_at_start(value: str) -> None:
    with pytest.raises(SettingsError, match="ASK_RATE"):
        parse_rate(value)


@pytest.mark.parametrize(
    ("peer", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::1", "::1"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_subscriber_is_one_client(peer: str, client: str) -> None:
    assert client_of({"type": "http", "client": (peer, 1)}) == client


# Errors that help


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"])
def test_a_wrong_method_is_405_and_names_the_right_one(client: TestClient, method: str) -> None:
    response = client.request(method, "/api/ask")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/api/article", "/healthz", "/readyz", "/openapi.json", "/embed", "/ask-the-article.js"]
)
def test_reading_takes_head_too_and_nothing_else(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == 200
    refused = client.post(path)
    assert refused.status_code == 405
    assert refused.json()["detail"] == "This address does not take POST; use GET, HEAD."


def test_a_question_that_is_too_long_is_refused_with_the_limit(client: TestClient) -> None:
    assert client.post("/api/ask", json={"question": "x" * LONGEST}).status_code == 200
    response = client.post("/api/ask", json={"question": "what are beta cells " * 150})
    assert response.status_code == 422
    assert response.json()["detail"] == "The question is too long; ask it in at most 2,000 characters."


def test_danger_is_heard_in_a_question_of_any_length(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "what are beta cells " * 150 + ". I want to kill myself"})
    assert response.status_code == 200
    assert response.json()["outcome"] == "emergency"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        ('{"question": "hi"}', "text/plain", 422),
        ('{"question": "hi"}', "application/x-www-form-urlencoded", 422),
        ("question=hi", "application/json", 422),
        ('{"question": ["hi"]}', "application/json", 422),
        ('{"question": "hi", "history": [1]}', "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
    ],
)
def test_what_is_not_a_question_is_a_problem(client: TestClient, content: bytes, kind: str, status: int) -> None:
    response = client.post("/api/ask", content=content, headers={"Content-Type": kind})
    assert response.status_code == status
    assert set(response.json()) == {"type", "title", "status", "detail"}
    assert "question" in response.json()["detail"]


def test_a_preflight_of_a_strange_site_is_refused(client: TestClient) -> None:
    wish = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    response = client.options("/api/ask", headers=wish)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in response.headers
    assert client.options("/api/ask", headers={**wish, "Origin": SITE}).status_code == 200


def test_a_fault_of_ours_is_a_problem_with_every_header(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Bot, asked: str, history: object = ()) -> None:
        raise RuntimeError("the question was: secret")

    client = TestClient(make(), base_url="http://127.0.0.1", raise_server_exceptions=False)
    monkeypatch.setattr(Bot, "steps", fail)
    response = client.post("/api/ask", json={"question": "secret"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text
    for name, value in security_headers("/api/ask", ()).items():
        assert response.headers[name] == value


# The article with its notes


def test_the_article_carries_its_editors_notes_apart_from_its_text(
    client: TestClient, publication: Publication
) -> None:
    article = client.get("/api/article").json()
    notes = article.pop("notes")
    assert article == json.loads(json.dumps({**article})), "the rest is the article"
    ids = {passage["id"] for part in (*article["sections"], *article["footnotes"]) for passage in part["passages"]}
    assert {note["passage"] for note in notes["sentences"]} == ids
    assert len(notes["terms"]) == len(publication.notes.terms)
    assert not [note for note in notes["sentences"] if note["plain"] in article["text"]]


def test_what_the_browser_has_is_not_sent_again(client: TestClient) -> None:
    for path in ("/api/article", "/embed", "/embed/panel.js", "/ask-the-article.js"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert first.headers["content-encoding"] == "gzip"
        assert (again.status_code, again.content) == (304, b"")
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == first.content


# The panel and the button


def test_the_panels_page_has_no_script_or_style_of_its_own(widget: Widget) -> None:
    for asset in (*widget.panels.values(), widget.demo):
        page = asset.plain.decode()
        assert not re.search(r"<style|style=|\son\w+=|javascript:|<script(?![^>]*src=)", page)
        assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page)


def test_everything_is_inserted_as_text() -> None:
    for name in ("panel.js", "ask-the-article.js", "demo.js"):
        code = (ROOT / "web" / "widget" / name).read_text()
        forbidden = (
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(|srcdoc|Storage|cookie"
            r"|postMessage\([^)]*[\"']\*[\"']"
        )
        assert not re.search(forbidden, re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)), name


def test_the_disclaimer_is_on_every_panel_byte_for_byte(widget: Widget, bot: Bot) -> None:
    for asset in widget.panels.values():
        assert f'<p id="disclaimer" lang="en" dir="ltr">{bot.prompts.disclaimer}</p>' in asset.plain.decode()


def test_who_reads_no_english_is_told_what_the_disclaimer_and_the_urgent_text_mean(widget: Widget) -> None:
    english = widget.panels["en"].plain.decode()
    assert 'class="meaning"' not in english
    for code in widget.panels.keys() - {"en"}:
        page, words = widget.panels[code].plain.decode(), widget.words[code]
        start, urgent = (re.search(rf'<(\w+) id="{part}">.*?</\1>', page, re.DOTALL) for part in ("start", "urgent"))
        for part, meaning in ((start, words.disclaimer_meaning), (urgent, words.urgent_meaning)):
            assert part, code
            assert f'<p class="meaning">{meaning}</p>' in part[0]


def test_the_page_and_the_panel_say_the_same_of_the_disclaimer_and_of_danger(widget: Widget) -> None:
    page = load_words()
    for code in page.keys() & widget.words.keys():
        for name in MAY_BE_EMPTY:
            assert getattr(page[code], name) == getattr(widget.words[code], name), (code, name)


def test_an_article_with_markup_in_its_title_stays_text(bot: Bot) -> None:
    publication = bot.index.publication
    header = replace(publication.article.header, title="<img src=x onerror=alert(1)>", publisher='"><script>x</script>')
    spoiled = replace(publication, article=replace(publication.article, header=header))
    made = make_widget(spoiled, bot.prompts, ["<b>bold</b>"])
    for asset in (*made.panels.values(), made.demo):
        page = asset.plain.decode()
        assert "<img" not in page
        assert "<b>bold" not in page
        assert "<script>x" not in page


def test_the_widget_keeps_its_budget(widget: Widget, publication: Publication) -> None:
    rows = list(weights(widget, described(publication)))
    assert {name.split()[0] for name, _, _ in rows} == {"loader", "panel"}
    assert not [row for row in rows if row[1] > row[2]]


def test_the_budget_bites(widget: Widget, publication: Publication) -> None:
    from web.asset import Asset

    noise = "".join(f"{number:x}" for number in range(3000))
    heavy = replace(widget, loaders={**widget.loaders, "en": Asset(noise, "text/javascript")})
    assert [name for name, size, most in weights(heavy, described(publication)) if size > most] == ["loader (en)"]


def test_packed_is_what_is_served(widget: Widget) -> None:
    for asset in (*widget.loaders.values(), *widget.files.values()):
        assert gzip.decompress(asset.packed) == asset.plain


# Words


def test_every_language_has_every_word_and_keeps_the_variables() -> None:
    words = load_panel_words()
    assert {"en", "es", "ms", "zh", "ar"} <= words.keys()
    variables = re.compile(r"\{\w+\}")
    for code, spoken in words.items():
        assert spoken.language == code
        for name in type(spoken).__slots__:
            ours, english = getattr(spoken, name), getattr(words["en"], name)
            assert bool(ours.strip()) == (code != "en" or name not in MAY_BE_EMPTY), (code, name)
            assert variables.findall(ours) == variables.findall(english), (code, name)


@pytest.mark.parametrize(
    ("tag", "code"), [("en", "en"), ("ES-mx", "es"), ("zh-Hant-TW", "zh"), ("xx", "en"), ("", "en")]
)
def test_an_unknown_language_falls_back_to_english(tag: str, code: str) -> None:
    assert words_for(tag, load_panel_words()).language == code


def test_every_word_of_the_panel_is_shown_somewhere() -> None:
    templates = (ROOT / "web" / "widget" / "panel.html").read_text() + (
        ROOT / "web" / "widget" / "demo.html"
    ).read_text()
    script = (ROOT / "web" / "widget" / "ask-the-article.js").read_text()
    unused = {
        name
        for name in type(load_panel_words()["en"]).__slots__
        if f"words.{name}" not in templates and f'"{name}"' not in templates and f"WORDS.{name}" not in script
    }
    assert unused == {"article_by_other"}, "which stands in for article_by"


def test_a_missing_or_unknown_sentence_is_refused(tmp_path: object) -> None:
    folder = ROOT.__class__(str(tmp_path))
    text = (ROOT / "prompts" / "problems.yaml").read_text()
    (folder / "problems.yaml").write_text(text + "surprise: x\n")
    with pytest.raises(ArticleError, match="surprise"):
        load_problems(folder)
