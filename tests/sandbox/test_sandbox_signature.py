"""The V3 signature is verified in every part."""

import hashlib

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from ecs_snap_cli.sandbox.nonces import NonceWindow

WHERE = {"RegionId": "cn-hangzhou"}


def test_the_official_sdk_is_let_in(sdk):
    answer = sdk.describe_disks(models.DescribeDisksRequest(region_id="cn-hangzhou"))
    assert answer.status_code == 200
    assert answer.headers["x-acs-request-id"] == answer.body.request_id


def test_a_wrong_secret_is_told_from_an_unknown_key(server, connect, raw):
    with pytest.raises(ClientException) as met:
        connect(server.url, secret="guessed").describe_regions(models.DescribeRegionsRequest())
    assert (met.value.data["Code"], met.value.status_code) == ("SignatureDoesNotMatch", 400)
    reply = raw.call("DescribeDisks", WHERE, key="LTAI-nobody")
    assert (reply.status, reply.code) == (404, "InvalidAccessKeyId.NotFound")


def test_neither_the_secret_nor_the_right_signature_is_given_away(raw):
    headers = raw.headers("DescribeDisks")
    right = raw.authorization(headers, WHERE)
    headers["authorization"] = raw.authorization(headers, WHERE, secret="guessed")
    reply = raw.send(headers, WHERE)
    assert reply.code == "SignatureDoesNotMatch"
    assert right.rpartition("=")[2].encode() not in reply.raw


def test_odd_characters_are_signed_and_read_alike(sdk, raw):
    name = "名字-é_1.x:2"
    made = sdk.create_snapshot(
        models.CreateSnapshotRequest(
            disk_id="d-sandbox-data",
            snapshot_name=name,
            description="a b+c%20~*&=\u3000/?#'\"<>\x1b[1m",
            tag=[models.CreateSnapshotRequestTag(key="k y+", value="")],
        )
    ).body.snapshot_id
    found = sdk.describe_snapshots(
        models.DescribeSnapshotsRequest(region_id="cn-hangzhou", snapshot_name=name)
    )
    (snapshot,) = found.body.snapshots.snapshot
    assert snapshot.snapshot_id == made
    assert snapshot.description == "a b+c%20~*&=\u3000/?#'\"<>\x1b[1m"
    assert [(tag.tag_key, tag.tag_value) for tag in snapshot.tags.tag] == [("k y+", "")]
    assert raw.call("DescribeSnapshots", {**WHERE, "SnapshotName": name}).status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_get_and_post_are_both_served(raw, method):
    assert raw.call("DescribeDisks", WHERE, method=method).status == 200


def test_a_query_changed_on_the_way_is_refused(raw):
    headers = raw.headers("DescribeDisks")
    headers["authorization"] = raw.authorization(headers, WHERE)
    for changed in ({**WHERE, "MaxResults": "50"}, {"RegionId": "cn-beijing"}, {}):
        assert raw.send(headers, changed).code == "SignatureDoesNotMatch"
    assert raw.send(headers, WHERE, method="GET").code == "SignatureDoesNotMatch"
    assert raw.send(headers, WHERE).status == 200


def test_a_header_changed_on_the_way_is_refused(raw):
    headers = raw.headers("DescribeDisks")
    headers["authorization"] = raw.authorization(headers, WHERE)
    assert raw.send({**headers, "x-acs-action": "CreateSnapshot"}, WHERE).code == (
        "SignatureDoesNotMatch"
    )


def test_a_body_changed_on_the_way_is_refused(raw):
    reply = raw.form("DescribeDisks", WHERE)
    assert reply.status == 200
    body = b"RegionId=cn-beijing"
    headers = raw.headers("DescribeDisks", x_acs_content_sha256=hashlib.sha256(b"x").hexdigest())
    headers["content-type"] = "application/x-www-form-urlencoded"
    headers["authorization"] = raw.authorization(headers, {})
    assert raw.send(headers, body=body).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    "name", ["host", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"]
)
def test_a_missing_or_unsigned_mandatory_header_is_named(raw, name):
    whole = raw.headers("DescribeDisks")
    signed = [header for header in whole if header != name]
    unsigned = {**whole, "authorization": raw.authorization(whole, WHERE, signed=signed)}
    reply = raw.send(unsigned, WHERE)
    assert (reply.status, reply.code) == (400, "IncompleteSignature")
    assert name in reply.body["Message"]
    if name != "host":
        without = {header: whole[header] for header in signed}
        without["authorization"] = raw.authorization(without, WHERE)
        reply = raw.send(without, WHERE)
        assert reply.code == "IncompleteSignature"
        assert name in reply.body["Message"]


def test_an_acs_header_that_is_not_signed_is_refused(raw):
    headers = raw.headers("DescribeDisks")
    headers["authorization"] = raw.authorization(headers, WHERE)
    reply = raw.send({**headers, "x-acs-trace": "1"}, WHERE)
    assert reply.code == "IncompleteSignature"
    assert "x-acs-trace" in reply.body["Message"]


def test_a_signed_header_that_did_not_come_is_named(raw):
    headers = raw.headers("DescribeDisks")
    signed = [*headers, "x-acs-gone"]
    headers["authorization"] = raw.authorization(headers, WHERE, signed=signed)
    reply = raw.send(headers, WHERE)
    assert reply.code == "IncompleteSignature"
    assert "x-acs-gone" in reply.body["Message"]


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_date_16_minutes_away_is_expired(raw, clock, minutes):
    headers = raw.headers("DescribeDisks")
    headers["authorization"] = raw.authorization(headers, WHERE)
    clock.advance(minutes=-minutes)
    reply = raw.send(headers, WHERE)
    assert (reply.status, reply.code) == (400, "InvalidTimeStamp.Expired")


@pytest.mark.parametrize("minutes", [-14.9, 14.9])
def test_a_date_within_15_minutes_is_taken(raw, clock, minutes):
    headers = raw.headers("DescribeDisks")
    headers["authorization"] = raw.authorization(headers, WHERE)
    clock.advance(minutes=-minutes)
    assert raw.send(headers, WHERE).status == 200


@pytest.mark.parametrize(
    "text", ["", "now", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00+08:00", "٢٠٢٦-01-01T00:00:00Z"]
)
def test_a_date_of_another_form_is_illegal(raw, text):
    headers = raw.headers("DescribeDisks", x_acs_date=text.encode().decode("latin-1"))
    headers["authorization"] = raw.authorization(headers, WHERE)
    assert raw.send(headers, WHERE).code == "IllegalTimestamp"


def test_a_nonce_is_good_once(raw, clock):
    headers = raw.headers("DescribeDisks")
    headers["authorization"] = raw.authorization(headers, WHERE)
    assert raw.send(headers, WHERE).status == 200
    again = raw.send(headers, WHERE)
    assert (again.status, again.code) == (400, "SignatureNonceUsed")
    clock.advance(minutes=14)
    assert raw.send(headers, WHERE).code == "SignatureNonceUsed"


def test_a_badly_signed_request_does_not_spend_the_nonce(raw):
    headers = raw.headers("DescribeDisks")
    bad = {**headers, "authorization": raw.authorization(headers, WHERE, secret="guessed")}
    good = {**headers, "authorization": raw.authorization(headers, WHERE)}
    assert raw.send(bad, WHERE).code == "SignatureDoesNotMatch"
    assert raw.send(good, WHERE).status == 200


def test_the_memory_of_nonces_is_bounded_and_forgets_the_oldest(clock):
    window = NonceWindow(capacity=3)
    assert all(window.spend(nonce, clock()) for nonce in "abcd")
    assert not window.spend("d", clock())
    assert len(window._seen) <= 3
    clock.advance(minutes=31)
    assert window.spend("d", clock())


def test_a_request_without_a_signature_is_told_what_is_missing(raw):
    reply = raw.send({"host": raw.address}, {"Action": "DescribeDisks", "Version": "2014-05-26"})
    assert (reply.status, reply.code) == (400, "IncompleteSignature")
    assert "Authorization" in reply.body["Message"]


@pytest.mark.parametrize(
    "value",
    [
        "nonsense",
        "Basic c2FuZGJveDpzYW5kYm94",
        "ACS3-HMAC-SM3 Credential=sandbox,SignedHeaders=host,Signature=00",
        "ACS3-HMAC-SHA256",
        "ACS3-HMAC-SHA256 Credential=sandbox",
        "ACS3-HMAC-SHA256 Credential=sandbox,SignedHeaders=host",
        "ACS3-HMAC-SHA256 Credential=sandbox,SignedHeaders=,Signature=00",
        "ACS3-HMAC-SHA256 Credential=sandbox,Credential=b,SignedHeaders=host,Signature=00",
        "ACS3-HMAC-SHA256 Credential=sandbox,SignedHeaders=host,Signature=\xe9\xff",
        ",,,===;;;",
    ],
)
def test_a_malformed_authorization_header_is_an_incomplete_signature(raw, value):
    reply = raw.send({**raw.headers("DescribeDisks"), "authorization": value}, WHERE)
    assert (reply.status, reply.code) == (400, "IncompleteSignature")


def test_a_security_token_nobody_issued_is_refused(raw):
    headers = raw.headers("DescribeDisks", x_acs_security_token="made-up")
    headers["authorization"] = raw.authorization(headers, WHERE)
    assert raw.send(headers, WHERE).code == "InvalidSecurityToken.Malformed"


@pytest.mark.parametrize(
    "value",
    [
        "TOPSECRET",
        "Bearer TOPSECRET",
        "ACS3-HMAC-SHA256 TOPSECRET",
        "ACS3-HMAC-SHA256 signature=TOPSECRET",
        "ACS3-HMAC-SHA256 Credential=a,Credential=TOPSECRET",
        "ACS3-HMAC-SHA256 Credential=sandbox,SignedHeaders=host,Signature=TOPSECRET",
        "ACS3-HMAC-SHA256 Credential=sandbox,SignedHeaders=host,Signature=TOPSECRET\u00e9",
    ],
)
def test_what_is_wrong_with_an_authorization_header_is_told_without_its_values(raw, value):
    reply = raw.send({**raw.headers("DescribeDisks"), "authorization": value}, WHERE)
    assert reply.code == "IncompleteSignature"
    assert b"TOPSECRET" not in reply.raw
