"""The SDK that is loaded on demand is the SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ecs_snap_cli.sandbox import SandboxServer
from tests.conftest import bare_environment

ACTIONS = (
    "CreateImage",
    "CreateSnapshot",
    "DeleteSnapshot",
    "DescribeDisks",
    "DescribeInstances",
    "DescribeLockedSnapshots",
    "DescribeSnapshots",
)
ON_DEMAND = "from ecs_snap_cli.gateway import loading; loading.load()"

# Each model of an action, filled in every field, there and back.
_ROUND_TRIPS = """
import inspect, re
from alibabacloud_ecs20140526 import models
seen = {}

def sample(annotation):
    if match := re.fullmatch(r"List\\[(.+)\\]", annotation):
        return [sample(match[1])]
    if match := re.fullmatch(r"Dict\\[str, (.+)\\]", annotation):
        return {"key": sample(match[1])}
    if annotation.startswith("main_models."):
        return filled(annotation.removeprefix("main_models."))
    return {"str": "text", "int": 7, "bool": True, "float": 0.5}[annotation]

def filled(name):
    model = getattr(models, name)
    fields = list(inspect.signature(model.__init__).parameters.values())[1:]
    made = model(**{each.name: sample(each.annotation) for each in fields})
    written = made.to_map()
    assert model().from_map(written).to_map() == written
    made.validate()
    seen[name] = [model.__module__, written]
    return made

for action in ACTIONS:
    filled(action + "Request")
    made = filled(action + "ResponseBody")
    response = getattr(models, action + "Response")
    whole = {"headers": {"a": "b"}, "statusCode": 200, "body": made.to_map()}
    seen[response.__name__] = [response.__module__, response().from_map(whole).to_map()]
told = seen
"""
_ONE_ASYNCHRONOUS_CALL = """
import asyncio
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.utils_models import Config
client = Client(Config(access_key_id="sandbox", access_key_secret="sandbox",
                       region_id="cn-hangzhou", endpoint=ENDPOINT, protocol="HTTP"))
request = models.DescribeDisksRequest(region_id="cn-hangzhou")
told = asyncio.run(client.describe_disks_async(request)).body.total_count
"""
_RSA_SIGNATURE = """
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import rsa
from alibabacloud_tea_openapi.utils import signature_method
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
body = "".join(pem.decode().splitlines()[1:-1])
told = [len(signature_method(body, "text", "ACS3-RSA-SHA256"))]
"""
_BASE_CLASSES = """
from alibabacloud_tea_openapi import client
import darabonba.websocket
from alibabacloud_tea_openapi.websocket_utils import AwapWebSocketHandler

class Handler(client.websocket_utils.AwapWebSocketHandler):
    pass

told = [isinstance(Handler(), AwapWebSocketHandler),
        issubclass(Handler, darabonba.websocket.AbstractWebSocketHandler),
        client.new_websocket_client_and_connect.__name__]
"""
_ROLE = """
from alibabacloud_credentials.provider import ecs_ram_role
from apscheduler.schedulers.background import BackgroundScheduler
told = isinstance(ecs_ram_role.BackgroundScheduler(), BackgroundScheduler)
"""
_TEXT = """
import requests
response = requests.Response()
response._content = b"plain text"
told = [response.apparent_encoding, requests.compat.chardet.__name__]
"""
_LIBRARIES = """
import configparser, email.policy, email.message, http.cookies, logging, requests, traceback
import zipfile
from alibabacloud_credentials.provider import profile
jar = requests.cookies.RequestsCookieJar()
jar.set("a", "b")
jar.set("c", http.cookies.SimpleCookie("c=d")["c"])
host = requests.Request("GET", "http://b\u00fccher.example/").prepare().url
letter = email.message.Message()
letter["Subject"] = chr(0xDCE9)
told = [jar["a"], jar["c"], host, str(letter["Subject"]),
        profile.configparser.ConfigParser().sections(),
        requests.utils.extract_zipped_paths("/no/such.zip/file"),
        traceback.format_exception(ExceptionGroup("g", [ValueError("v")]))[-1].strip()]
"""
_XML = """
from alibabacloud_tea_openapi import client
told = client.DaraXML.parse_xml("<A><B>1</B></A>", None)
"""
_LOADED = """
import sys
told = sorted(sys.modules)
"""


def told(prepare: str, code: str, **values: object) -> Any:
    """What ``code`` leaves in ``told``, in a Python of its own."""
    given = "".join(f"{name} = {value!r}\n" for name, value in values.items())
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{prepare}\n{given}{code}\n"
         "import json; print(json.dumps(told))"],
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_models_of_every_call_are_the_plain_ones() -> None:
    plain = told("", _ROUND_TRIPS, ACTIONS=ACTIONS)
    on_demand = told(ON_DEMAND, _ROUND_TRIPS, ACTIONS=ACTIONS)
    assert len(plain) > 50
    assert on_demand == plain


def test_every_model_is_found_where_the_sdk_has_it() -> None:
    listed = """
import alibabacloud_ecs20140526.models as models
told = {each.__name__: each.__module__ for each in vars(models).values() if isinstance(each, type)}
"""
    looked_up = """
import alibabacloud_ecs20140526.models as models
told = {name: getattr(models, name).__module__ for name in NAMES}
assert not hasattr(models, "NoSuchModel")
"""
    plain = told("", listed)
    assert len(plain) > 1000
    assert told(ON_DEMAND, looked_up, NAMES=list(plain)) == plain


def test_nothing_is_loaded_before_its_time() -> None:
    loaded = told(ON_DEMAND, _LOADED)
    assert "alibabacloud_ecs20140526.client" in loaded
    for name in ("aiohttp", "asyncio", "apscheduler", "cryptography", "websocket", "aiofiles"):
        assert name not in loaded
    assert not [name for name in loaded if name.startswith("alibabacloud_ecs20140526.models.")]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (_RSA_SIGNATURE, [256]),
        (_BASE_CLASSES, [True, True, "new_websocket_client_and_connect"]),
        (_ROLE, True),
        (_TEXT, ["ascii", "charset_normalizer"]),
        (_XML, {"A": {"B": "1"}}),
        (_LIBRARIES, None),
    ],
    ids=["rsa", "web sockets", "a RAM role", "text", "xml", "libraries"],
)
def test_what_stands_in_is_the_real_thing_when_used(code: str, expected: object) -> None:
    if expected is None:
        expected = told("", code)
    assert told(ON_DEMAND, code) == expected


def test_an_asynchronous_call_works(tmp_path: Path) -> None:
    with SandboxServer(tmp_path / "s.sqlite3") as server:
        endpoint = server.url.removeprefix("http://")
        disks = told(ON_DEMAND, _ONE_ASYNCHRONOUS_CALL, ENDPOINT=endpoint)
    assert disks > 0


@pytest.mark.parametrize(
    "surprise",
    [
        # The package of models is not what it was, and the SDK uses at once what was to wait.
        "loading._IMPORTS_ALONE = loading.re.compile('x')",
        "loading._LATER += ('darabonba.model',)",
        "loading._LATER += ('requests.structures',)",
    ],
)
def test_on_a_surprise_the_sdk_is_imported_plainly(surprise: str) -> None:
    prepare = f"from ecs_snap_cli.gateway import loading; {surprise}; loading.load()"
    plain = told("import alibabacloud_ecs20140526.client", _LOADED)
    fallen_back = told(prepare, _LOADED)
    own = {"ecs_snap_cli", "ecs_snap_cli.gateway", "ecs_snap_cli.gateway.loading"}
    assert {"aiohttp", "asyncio", "websocket"} <= set(fallen_back)
    # What the standard library holds stays, and works.
    assert set(plain) - set(fallen_back) <= {"email.header"}
    assert own <= set(fallen_back)
    assert told(prepare, _BASE_CLASSES)[:2] == [True, True]


def test_the_client_that_is_there_already_is_left_alone() -> None:
    before = "import alibabacloud_ecs20140526.client as c; "
    code = "import sys; told = sys.modules['alibabacloud_ecs20140526.client'] is c"
    assert told(before + ON_DEMAND, code)
