"""What the server answers to requests that are not as they should be."""

import http.client
import inspect
import re
import socket
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from alibabacloud_ecs20140526.client import Client

from ecs_snap_cli.sandbox import dispatch
from ecs_snap_cli.sandbox.actions import ACTIONS
from ecs_snap_cli.sandbox.known_actions import KNOWN_ACTIONS
from ecs_snap_cli.sandbox.listener import url_of
from tests.sandbox.conftest import Reply

WHERE = {"RegionId": "cn-hangzhou"}
UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")


def test_an_error_has_the_form_of_ecs(raw):
    reply = raw.call("DescribeDisks")
    assert list(reply.body) == ["RequestId", "HostId", "Code", "Message", "Recommend"]
    assert UUID.fullmatch(reply.body["RequestId"])
    assert reply.headers["x-acs-request-id"] == reply.body["RequestId"]
    assert reply.body["HostId"] == raw.address
    assert reply.headers["content-type"] == "application/json;charset=utf-8"
    assert "server" not in reply.headers


def test_a_success_begins_with_its_request_id(raw):
    reply = raw.call("DescribeDisks", WHERE)
    assert next(iter(reply.body)) == "RequestId"
    assert UUID.fullmatch(reply.body["RequestId"])


def test_an_action_of_ecs_that_is_not_served_is_told_from_one_that_is_not(raw):
    served_not = raw.call("RebootInstance")
    assert (served_not.status, served_not.code) == (404, "InvalidAction.NotFound")
    assert "sandbox does not serve" in served_not.body["Message"]
    unknown = raw.call("MakeCoffee")
    assert (unknown.status, unknown.code) == (404, "InvalidAction.NotFound")
    assert "no action MakeCoffee" in unknown.body["Message"]


def test_every_served_action_and_every_one_of_the_sdk_is_one_of_ecs():
    assert ACTIONS.keys() <= KNOWN_ACTIONS
    of_the_sdk = re.findall(r"action = '(\w+)'", inspect.getsource(Client))
    assert len(of_the_sdk) > 300
    assert set(of_the_sdk) <= KNOWN_ACTIONS


@pytest.mark.parametrize("name", ["AdditionalAttributes.1", "OwnerId", "ResourceOwnerAccount"])
def test_a_parameter_of_ecs_that_would_be_ignored_is_refused_by_name(raw, name):
    reply = raw.call("DescribeDisks", {**WHERE, name: "x"})
    assert (reply.status, reply.code) == (400, "UnsupportedParameter")
    assert name in reply.body["Message"]


def test_a_parameter_that_is_refused_may_be_empty(raw):
    empty = {"AdditionalAttributes.1": "", "OwnerAccount": "", "OwnerId": ""}
    assert raw.call("DescribeDisks", {**WHERE, **empty}).status == 200


@pytest.mark.parametrize("name", ["DiskID", "Tag.0.Key", "Tag.01.Key", "Tag.Key", "Tag.1", "é"])
def test_a_parameter_nobody_knows_is_refused_by_name(raw, name):
    reply = raw.call("DescribeDisks", {**WHERE, name: "x"})
    assert (reply.status, reply.code) == (400, "InvalidParameter")
    assert name in reply.body["Message"]


def test_no_parameter_is_both_supported_and_not():
    for action in ACTIONS.values():
        assert not action.supported & action.unsupported


def test_dry_run_is_not_a_parameter_of_create_snapshot(raw):
    reply = raw.call("CreateSnapshot", {"DiskId": "d-sandbox-data", "DryRun": "True"})
    assert reply.code == "InvalidParameter"


def test_parameters_may_come_in_a_form_or_in_both_places(raw):
    assert len(raw.form("DescribeDisks", WHERE).body["Disks"]["Disk"]) == 10
    reply = raw.form("DescribeDisks", {**WHERE, "DiskName": "sandbox-full"})
    assert [disk["DiskId"] for disk in reply.body["Disks"]["Disk"]] == ["d-sandbox-full"]


def test_a_form_may_hold_utf8_that_is_not_percent_encoded(raw):
    body = "DiskId=d-sandbox-data&SnapshotName=名前".encode()
    assert raw.send(raw.form_headers("CreateSnapshot", body), body=body).status == 200
    found = raw.form("DescribeSnapshots", {**WHERE, "SnapshotName": "名前"}).body
    assert found["TotalCount"] == 1


def test_action_and_version_may_be_parameters(raw):
    headers = raw.headers("", x_acs_action=None, x_acs_version=None)
    parameters = {**WHERE, "Action": "DescribeDisks", "Version": "2014-05-26"}
    headers["authorization"] = raw.authorization(headers, parameters)
    assert raw.send(headers, parameters).status == 200


def test_action_given_twice_must_agree(raw):
    assert raw.call("DescribeDisks", {**WHERE, "Action": "DescribeDisks"}).status == 200
    reply = raw.call("DescribeDisks", {**WHERE, "Action": "CreateSnapshot"})
    assert reply.code == "InvalidParameter"


def test_no_action_and_another_version_are_refused(raw):
    for changes, code in (
        ({"x_acs_action": None}, "MissingParameter"),
        ({"x_acs_version": None}, "InvalidVersion"),
        ({"x_acs_version": "2016-03-14"}, "InvalidVersion"),
    ):
        headers = raw.headers("DescribeDisks", **changes)
        headers["authorization"] = raw.authorization(headers, WHERE)
        reply = raw.send(headers, WHERE)
        assert (reply.status, reply.code) == (400, code)


def test_a_value_that_is_not_utf8_and_a_parameter_given_twice_are_refused(raw):
    from ecs_snap_cli.sandbox.errors import ApiError
    from ecs_snap_cli.sandbox.request import Request

    for query in ("RegionId=%ff", "RegionId=a&RegionId=a"):
        request = Request("POST", "/", query, {}, b"")
        with pytest.raises(ApiError) as met:
            dispatch._read_values(request)
        assert met.value.code == "InvalidParameter"


def test_a_body_that_is_no_form_is_refused(raw):
    reply = raw.form("DescribeDisks", WHERE, content_type="application/json")
    assert (reply.status, reply.code) == (400, "InvalidParameter")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS", "BREW"])
def test_other_methods_are_refused(raw, method):
    reply = raw.send(raw.headers("DescribeDisks"), WHERE, method=method)
    assert reply.status == 405
    if method != "HEAD":
        assert reply.code == "UnsupportedHTTPMethod"


@pytest.mark.parametrize("path", ["/x", "//", "/%2e%2e/", "/x/?"])
def test_other_paths_are_refused(raw, path):
    reply = raw.send(raw.headers("DescribeDisks"), path=path)
    assert (reply.status, reply.code) == (404, "InvalidAction.NotFound")


def test_a_body_over_one_mebibyte_is_refused_unread(raw):
    headers = {"content-length": str(1024 * 1024 + 1), "accept": "application/json"}
    reply = raw.send(headers, method="PUT")
    assert (reply.status, reply.code) == (413, "RequestEntityTooLarge")
    assert list(reply.body) == ["RequestId", "HostId", "Code", "Message", "Recommend"]
    assert reply.headers["x-acs-request-id"] == reply.body["RequestId"]
    assert UUID.fullmatch(reply.body["RequestId"])
    assert raw.send(headers, {"Format": "XML"}, method="PUT").root == "Error"


def test_a_body_that_is_too_large_gives_head_no_body_back(raw):
    host, _, port = raw.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as peer:
        peer.sendall(b"HEAD / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n")
        answer = b"".join(iter(lambda: peer.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b"\r\n\r\n")


def test_a_body_of_one_mebibyte_is_read(raw):
    # Ten thousand tags and more: too many, but read and verified to the last byte.
    parameters = {f"Tag.{n}.Key": "k" * 80 for n in range(1, 10_500)}
    reply = raw.form("CreateSnapshot", {"DiskId": "d-sandbox-data", **parameters})
    assert reply.code == "QuotaExceed.Tags"


def test_a_bug_is_an_internal_error_without_a_traceback(raw, monkeypatch, capfd):
    def broken(context, params):
        raise RuntimeError("secret detail")

    action = ACTIONS["DescribeDisks"]
    monkeypatch.setitem(
        ACTIONS,
        "DescribeDisks",
        type(action)(action.name, broken, action.supported, action.unsupported),
    )
    reply = raw.call("DescribeDisks", WHERE)
    assert (reply.status, reply.code) == (500, "InternalError")
    assert b"secret detail" not in reply.raw
    assert b"Traceback" not in reply.raw
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("octets", "status", "code"),
    [
        (b"\x00\x01\x02\xff" * 50 + b"\r\n\r\n", 400, "BadRequest"),
        (b"GET\r\n\r\n", 400, "BadRequest"),
        (b"GET / HTTP/1.1\r\nHost x\r\n\r\n", 400, "BadRequest"),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400, "BadRequest"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n", 400, "BadRequest"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "NotImplemented"),
        (b"GET http:// HTTP/1.1\r\n\r\n", 400, "IncompleteSignature"),
        (b"GET /?\xff%zz=&&&=%00 HTTP/1.1\r\n\r\n", 400, "BadRequest"),
        (b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n", 431, "RequestHeaderFieldsTooLarge"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "BadRequest"),
    ],
)
def test_garbage_is_answered_with_an_error_and_the_server_goes_on(raw, octets, status, code, capfd):
    host, _, port = raw.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as peer:
        peer.sendall(octets)
        response = http.client.HTTPResponse(peer)
        response.begin()
        reply = Reply(response)
    # Who says nothing of JSON gets RPC's old default.
    assert (reply.status, reply.root, reply.code) == (status, "Error", code)
    assert reply.headers["x-acs-request-id"] == reply.body["RequestId"]
    assert raw.call("DescribeDisks", WHERE).status == 200
    assert capfd.readouterr().err == ""


def test_one_connection_serves_many_requests(raw):
    connection = http.client.HTTPConnection(raw.address, timeout=5)
    peers = set()
    for _ in range(5):
        headers = raw.headers("DescribeRegions")
        headers["authorization"] = raw.authorization(headers, {})
        connection.request("POST", "/", headers=headers)
        response = connection.getresponse()
        assert response.status == 200
        response.read()
        peers.add(connection.sock.getsockname())
    connection.close()
    assert len(peers) == 1


def test_the_url_names_what_is_bound(start):
    server = start()
    assert urlsplit(server.url).hostname == "127.0.0.1"
    with pytest.raises(OSError, match="in use"):
        start(port=urlsplit(server.url).port)
    with pytest.raises(OSError, match="not in 0-65535"):
        start(port=70_000)


@pytest.mark.parametrize(
    ("bound", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104
        ("::", "http://[::1]:80"),
        ("192.0.2.7", "http://192.0.2.7:80"),
        ("2001:db8::7", "http://[2001:db8::7]:80"),
    ],
)
def test_the_url_is_one_that_can_be_called(bound, url):
    assert url_of(bound, 80) == url


def test_an_ipv6_address_stands_in_brackets(start, raw_client):
    try:
        server = start(host="::1")
    except OSError:
        pytest.skip("no IPv6 loopback here")
    assert server.url.startswith("http://[::1]:")
    reply = raw_client(server.url).call("DescribeDisks", WHERE)
    assert reply.status == 200


def test_close_may_come_twice_and_frees_the_port(start):
    server = start()
    server.close()
    server.close()
    port = urlsplit(server.url).port
    assert start(port=port).url == server.url


def test_answers_are_dated_by_the_sandboxs_clock(raw, clock):
    clock.time = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert raw.call("DescribeRegions").headers["Date"] == "Tue, 06 May 2031 07:08:09 GMT"


def test_answers_are_dated_by_the_clock_that_was_turned(server, raw, clock):
    clock.time = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    server.advance(timedelta(days=2))
    assert raw.call("DescribeRegions").headers["Date"] == "Thu, 08 May 2031 07:08:09 GMT"
