"""The V1 signature is verified in every part, wherever its parameters come."""

import base64
import hashlib
import hmac
import http.client
import socket
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest

from tests.sandbox.conftest import V1Client

WHERE = {"RegionId": "cn-hangzhou"}
MANDATORY = (
    *("AccessKeyId", "SignatureMethod", "SignatureVersion"),
    *("SignatureNonce", "Timestamp"),
)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_get_and_post_with_all_in_the_query_are_served(v1, method):
    reply = v1.call("DescribeDisks", method, **WHERE)
    assert reply.status == 200
    assert reply.headers["x-acs-request-id"] == reply.body["RequestId"]
    assert len(reply.body["Disks"]["Disk"]) == 10


@pytest.mark.parametrize(
    "form", [("RegionId",), ("Action", "Version", "RegionId"), ("SignatureNonce", "AccessKeyId")]
)
def test_parameters_may_come_in_a_form_in_the_query_or_in_both(v1, form):
    assert v1.call("DescribeDisks", "POST", form, **WHERE).status == 200


def test_what_has_no_value_is_signed_too(v1):
    reply = v1.call("DescribeDisks", "POST", SignatureType="", DiskName="", **WHERE)
    assert reply.status == 200
    parameters = v1.parameters("DescribeDisks", **WHERE)
    parameters["Signature"] = v1.signature(parameters)
    parameters["SignatureType"] = ""
    assert v1.send(parameters).code == "SignatureDoesNotMatch"


def test_odd_characters_are_signed_and_read_alike(v1):
    text = "a b+c%20~*&=\u3000/?#'\"<>名"
    made = v1.call("CreateSnapshot", DiskId="d-sandbox-data", Description=text)
    assert made.status == 200, made.body
    (snapshot,) = v1.call(
        "DescribeSnapshots", SnapshotIds=f'["{made.body["SnapshotId"]}"]', **WHERE
    ).body["Snapshots"]["Snapshot"]
    assert snapshot["Description"] == text


@pytest.mark.parametrize("change", [{"RegionId": "cn-beijing"}, {"DiskName": "x"}, {"Action": "x"}])
def test_a_parameter_changed_on_the_way_is_refused(v1, change):
    parameters = v1.parameters("DescribeDisks", **WHERE)
    parameters["Signature"] = v1.signature(parameters)
    reply = v1.send({**parameters, **change})
    assert (reply.status, reply.code) == (400, "SignatureDoesNotMatch")
    assert v1.send(parameters, "POST").code == "SignatureDoesNotMatch"
    assert v1.send(parameters).status == 200


def test_a_wrong_secret_is_told_from_an_unknown_key(v1):
    parameters = v1.parameters("DescribeDisks", **WHERE)
    right = v1.signature(parameters)
    reply = v1.send({**parameters, "Signature": v1.signature(parameters, secret="guessed")})
    assert (reply.status, reply.code) == (400, "SignatureDoesNotMatch")
    assert "GET&%2F&AccessKeyId" in reply.body["Message"]
    assert right.encode() not in reply.raw
    reply = v1.call("DescribeDisks", AccessKeyId="LTAI-nobody", **WHERE)
    assert (reply.status, reply.code) == (404, "InvalidAccessKeyId.NotFound")


@pytest.mark.parametrize("name", MANDATORY)
@pytest.mark.parametrize("absent", [None, ""])
def test_a_missing_parameter_of_the_signature_is_named(v1, name, absent):
    reply = v1.call("DescribeDisks", **{name: absent}, **WHERE)
    assert (reply.status, reply.code) == (400, "MissingParameter")
    assert name in reply.body["Message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SignatureMethod", "HMAC-SHA256"),
        ("SignatureVersion", "2.0"),
        ("SignatureType", "BEARERTOKEN"),
    ],
)
def test_another_kind_of_signature_is_refused_by_name(v1, name, value):
    reply = v1.call("DescribeDisks", **{name: value}, **WHERE)
    assert (reply.status, reply.code) == (400, "InvalidParameter")
    assert name in reply.body["Message"]


def test_a_nonce_is_good_once_whichever_way_it_is_signed(v1, raw):
    reply = v1.call("DescribeDisks", SignatureNonce="once", **WHERE)
    assert reply.status == 200
    reply = v1.call("DescribeDisks", SignatureNonce="once", **WHERE)
    assert (reply.status, reply.code) == (400, "SignatureNonceUsed")
    headers = raw.headers("DescribeDisks", x_acs_signature_nonce="once")
    headers["authorization"] = raw.authorization(headers, WHERE)
    assert raw.send(headers, WHERE).code == "SignatureNonceUsed"


@pytest.mark.parametrize(
    ("text", "code"),
    [("now", "IllegalTimestamp"), ("2020-01-01T00:00:00Z", "InvalidTimeStamp.Expired")],
)
def test_a_time_of_another_form_or_day_is_refused(v1, text, code):
    reply = v1.call("DescribeDisks", Timestamp=text, **WHERE)
    assert (reply.status, reply.code) == (400, code)


def test_the_parameters_of_the_signature_reach_no_action(v1):
    assert v1.call("DeleteImage", ImageId="m-none", **WHERE).status == 200


def test_a_parameter_given_twice_is_refused(v1):
    parameters = v1.parameters("DescribeDisks", **WHERE)
    pairs = [*parameters.items(), ("RegionId", "cn-hangzhou")]
    listed = "&".join(sorted(f"{name}={value}".replace(":", "%3A") for name, value in pairs))
    to_sign = f"GET&%2F&{quote(listed, safe='~')}"
    digest = hmac.new(b"sandbox&", to_sign.encode(), hashlib.sha1).digest()
    pairs.append(("Signature", base64.b64encode(digest).decode()))
    connection = http.client.HTTPConnection(v1.address, timeout=5)
    connection.request("GET", f"/?{urlencode(pairs)}")
    response = connection.getresponse()
    assert (response.status, b"more than once" in response.read()) == (400, True)
    connection.close()


@pytest.mark.parametrize(
    ("key", "token", "code"),
    [
        ("sandbox", None, ""),
        ("sandbox", "sandbox", ""),
        ("sandbox", "made-up", "InvalidSecurityToken.Malformed"),
        ("sandbox", "sandbox-expired", "InvalidSecurityToken.Expired"),
        ("STS.sandbox", "sandbox", ""),
        ("STS.sandbox", None, "MissingSecurityToken"),
        ("STS.sandbox", "sandbox-expired", "InvalidSecurityToken.Expired"),
    ],
)
def test_security_tokens_are_minded_by_both_versions(v1, raw, key, token, code):
    reply = v1.call("DescribeDisks", AccessKeyId=key, SecurityToken=token, **WHERE)
    assert (reply.status, reply.code) == (400 if code else 200, code)
    headers = raw.headers("DescribeDisks", x_acs_security_token=token)
    headers["authorization"] = raw.authorization(headers, WHERE, key=key)
    reply = raw.send(headers, WHERE)
    assert (reply.status, reply.code) == (400 if code else 200, code)


def test_http_1_0_may_name_no_host(v1):
    parameters = v1.parameters("DescribeRegions")
    parameters["Signature"] = v1.signature(parameters)
    host, _, port = v1.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as peer:
        peer.sendall(f"GET /?{urlencode(parameters)} HTTP/1.0\r\n\r\n".encode())
        assert peer.recv(100).startswith(b"HTTP/1.0 200 ")


def test_without_any_signature_both_ways_are_told(v1):
    reply = v1.send({"Action": "DescribeDisks", "Version": "2014-05-26"})
    assert (reply.status, reply.code) == (400, "IncompleteSignature")
    assert "ACS3-HMAC-SHA256" in reply.body["Message"]
    assert "HMAC-SHA1" in reply.body["Message"]


def test_signatures_go_by_real_time_whatever_the_sandboxs(start, clock):
    server = start(signing_clock=lambda: datetime.now(UTC))
    clock.advance(days=400)
    client = V1Client(server.url, lambda: datetime.now(UTC))
    assert client.call("DescribeDisks", **WHERE).status == 200
    made = client.call("CreateSnapshot", DiskId="d-sandbox-data").body["SnapshotId"]
    (snapshot,) = client.call("DescribeSnapshots", SnapshotIds=f'["{made}"]', **WHERE).body[
        "Snapshots"
    ]["Snapshot"]
    assert snapshot["CreationTime"] == clock.time.strftime("%Y-%m-%dT%H:%M:%SZ")
