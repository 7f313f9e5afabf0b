"""A person with a browser that has no script: fills in the forms that a sign-in shows, and agrees.

    python3 person.py FILE URL

The last page, or what went wrong, is written to FILE.
"""

import sys
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path

FIELDS = {"login": "anna", "username": "anna", "password": "open sesame"}
# A button that agrees; where none is named so, the form has one, or its last one does.
AGREES = {"allow", "accept"}
PAGES = 8


class Forms(HTMLParser):
    """The forms of a page: where each goes, its fields, its buttons."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.forms.append({"action": values.get("action") or "", "fields": {}, "buttons": []})
        elif tag in ("input", "button") and self.forms:
            self.add(tag, values)

    def add(self, tag, values):
        kind = values.get("type") or ("submit" if tag == "button" else "text")
        pair = (values.get("name"), values.get("value") or "")
        if kind == "submit":
            self.forms[-1]["buttons"].append(pair)
        elif pair[0]:
            self.forms[-1]["fields"][pair[0]] = FIELDS.get(*pair)


def filled(form):
    buttons = form["buttons"]
    agreeing = [pair for pair in buttons if AGREES & {*pair}]
    fields = dict(form["fields"])
    fields.update(pair for pair in (agreeing or buttons)[-1:] if pair[0])
    return urllib.parse.urlencode(fields).encode()


def sign_in(url):
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
    )
    data = None
    for _ in range(PAGES):
        answer = browser.open(urllib.request.Request(url, data, {"Accept-Language": "en", "Referer": url}))
        page = answer.read().decode()
        if urllib.parse.urlsplit(answer.url).path == "/done":
            return page
        form = Forms(page).forms[-1]
        url, data = urllib.parse.urljoin(answer.url, form["action"]), filled(form)
    return f"too many forms: {page}"


def main():
    file, url = sys.argv[1:]
    try:
        seen = sign_in(url)
    except urllib.error.HTTPError as error:
        seen = f"{error.url}: {error}\n{error.read().decode(errors='replace')}"
    except Exception as error:
        seen = repr(error)
    Path(file).write_text(seen)


main()
