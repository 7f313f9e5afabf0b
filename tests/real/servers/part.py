"""What each server of this folder is for a test, whatever it is made of.

    python3 django_server.py REDIRECT_URI

    REDIRECT_URI  what the partner registered, for both of the clients

One line of JSON on stdout when ready: the issuer, where the signed-in person is described, the clients.
It ends when stdin closes, and after ten minutes: nothing outlives its test. The person of both servers
is anna with the password `open sesame`.
"""

import json
import logging
import os
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

REDIRECT_URI = sys.argv[1]
PERSON, PASSWORD = "anna", "open sesame"
EMAIL = "anna@example.test"
PUBLIC = "partnerlink-test"
CONFIDENTIAL = "partnerlink-secret"
# Each kind of character that forms, addresses and HTTP Basic treat in ways of their own.
SECRET = "a b+c%&:ü~/="

LIFETIME = 600


def end_with_the_test():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_the_test, daemon=True).start()
timer = threading.Timer(LIFETIME, os._exit, [0])
timer.daemon = True
timer.start()


class Server(WSGIServer):
    """On any free port of the loopback; the issuer names it, so it comes before the application."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Quiet)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def serve(self, application, **said):
        self.set_app(application)
        clients = {"public": PUBLIC, "confidential": CONFIDENTIAL, "secret": SECRET}
        print(json.dumps({**clients, **said}), flush=True)
        self.serve_forever()


class Quiet(WSGIRequestHandler):
    def log_message(self, text, *values):
        logging.getLogger("requests").info(text, *values)
