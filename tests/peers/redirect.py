"""Leads a client's requests to the simulated server, without a change to the client.

Every https:// request of `requests` goes to the loopback port with its own Host header; the client still believes in
the address it asked for, so cookies and redirects work as they would. So does `websocket.create_connection`.
"""

import os
from urllib.parse import urlsplit

import requests
import requests.adapters
import websocket

BASE = os.environ["PEER_SERVER"].rstrip("/")


class Loopback(requests.adapters.HTTPAdapter):
    def send(self, request, **options):
        wire = request.copy()
        parts = urlsplit(request.url)
        wire.headers["Host"] = parts.netloc
        wire.url = BASE + request.url.split(parts.netloc, 1)[1]
        options["proxies"] = {}
        response = super().send(wire, **options)
        response.url, response.request = request.url, request
        return response


_plain_init = requests.Session.__init__


def _init(self, *arguments, **options):
    _plain_init(self, *arguments, **options)
    self.mount("https://", Loopback())


_plain_connect = websocket.create_connection


def _connect(url, **options):
    parts = urlsplit(url)
    assert parts.scheme == "wss", url
    there = "ws" + BASE[len("http"):] + parts.path + ("?" + parts.query if parts.query else "")
    return _plain_connect(there, host=parts.netloc, **options)


requests.Session.__init__ = _init
websocket.create_connection = _connect
