"""Answers in JSON and in XML, as the client asks."""

import pytest

from ecs_snap_cli.sandbox import parse_fault
from tests.sandbox.conftest import V1Client

WHERE = {"RegionId": "cn-hangzhou"}


def texts(element, *path):
    return [each.text for each in element.findall("/".join(path))]


def test_xml_says_what_json_says(v1):
    asked = {"DiskIds": '["d-sandbox-data", "d-sandbox-system"]', **WHERE}
    json = v1.call("DescribeDisks", **asked).body
    reply = v1.call("DescribeDisks", **{**asked, "Format": "XML"})
    assert reply.raw.startswith(b'<?xml version="1.0" encoding="UTF-8"?><DescribeDisksResponse>')
    assert reply.headers["content-type"] == "text/xml;charset=utf-8"
    assert reply.headers["x-acs-request-id"] == reply.body["RequestId"]
    disks = json["Disks"]["Disk"]
    assert texts(reply.xml, "Disks", "Disk", "DiskId") == [each["DiskId"] for each in disks]
    assert texts(reply.xml, "TotalCount") == ["2"]
    first = reply.xml.find("Disks/Disk")
    assert texts(first, "Portable") == ["true"]
    assert texts(first, "Tags", "Tag", "TagKey") == ["env", "team"]
    assert texts(first, "OperationLocks") == [None]
    assert [each.tag for each in first] == list(disks[0])


def test_a_list_without_a_name_of_its_own_repeats_its_element(v1):
    reply = v1.call("DescribeLockedSnapshots", Format="XML", **WHERE)
    assert texts(reply.xml, "LockedSnapshotsInfo", "SnapshotId") == ["s-sandbox-detached-3"]


def test_an_error_has_the_form_of_ecs_in_xml_too(v1):
    reply = v1.call("DeleteSnapshot", Format="XML", SnapshotId="s-none")
    assert (reply.status, reply.root) == (404, "Error")
    assert list(reply.body) == ["RequestId", "HostId", "Code", "Message", "Recommend"]
    assert reply.body["Code"] == "InvalidSnapshotId.NotFound"
    assert reply.body["HostId"] == v1.address


@pytest.mark.parametrize(
    ("v1_format", "accept", "root"),
    [
        (None, None, "DescribeRegionsResponse"),
        (None, "*/*", "DescribeRegionsResponse"),
        (None, "application/json", ""),
        (None, "application/xml", "DescribeRegionsResponse"),
        (None, "text/xml;q=0.5, application/json;q=0.9", ""),
        (None, "text/html, application/json;q=x, text/xml", "DescribeRegionsResponse"),
        (None, "application/json;q=0, text/xml;q=0.1", "DescribeRegionsResponse"),
        ("json", "application/xml", ""),
        ("xml", "application/json", "DescribeRegionsResponse"),
    ],
)
def test_format_comes_before_accept_and_the_default_of_v1_is_xml(v1, v1_format, accept, root):
    parameters = v1.parameters("DescribeRegions", Format=v1_format)
    parameters["Signature"] = v1.signature(parameters)
    headers = {"accept": accept} if accept else {}
    reply = v1.send(parameters, **headers)
    assert (reply.status, reply.root) == (200, root)


@pytest.mark.parametrize(
    ("accept", "root"), [(None, ""), ("application/xml", "DescribeRegionsResponse")]
)
def test_the_default_of_v3_is_json(raw, accept, root):
    headers = raw.headers("DescribeRegions")
    headers["authorization"] = raw.authorization(headers, {})
    reply = raw.send({**headers, **({"accept": accept} if accept else {})})
    assert (reply.status, reply.root) == (200, root)
    reply = raw.call("DescribeRegions", {"Format": "xml"})
    assert (reply.status, reply.root) == (200, "DescribeRegionsResponse")


def test_a_format_that_is_neither_is_refused(raw):
    reply = raw.call("DescribeRegions", {"Format": "YAML"})
    assert (reply.status, reply.code) == (400, "InvalidParameter")
    assert "Format" in reply.body["Message"]


def test_what_xml_cannot_hold_leaves_the_answer_well_formed(v1):
    text = "a\x1b[1m <b> & ]]> \r\n\ufffe\U0001f4be"
    made = v1.call("CreateSnapshot", DiskId="d-sandbox-data", Description=text, Format="XML")
    assert made.status == 200, made.body
    asked = {"SnapshotIds": f'["{made.body["SnapshotId"]}"]', "Format": "XML", **WHERE}
    reply = v1.call("DescribeSnapshots", **asked)
    (told,) = texts(reply.xml, "Snapshots", "Snapshot", "Description")
    assert told == "a?[1m <b> & ]]> \r\n?\U0001f4be"


def test_an_error_that_a_plan_makes_up_has_the_form_that_is_asked_for(start, clock):
    server = start(faults=[parse_fault("*:error,code=Throttling.User")])
    client = V1Client(server.url, clock)
    reply = client.call("DescribeDisks", Format="XML", **WHERE)
    assert (reply.root, reply.code) == ("Error", "Throttling.User")
    assert client.call("DescribeDisks", **WHERE).root == ""
