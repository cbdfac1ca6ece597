"""Requests at random, rightly signed, over all actions: none of them is met by a bug."""

import http.client
import json
import random
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from ecs_snap_cli.sandbox.actions import ACTIONS
from tests.sandbox.shapes import misfits

REQUESTS = 1_000
ERROR = {"RequestId", "HostId", "Code", "Message", "Recommend"}

# Values with which an action comes to something; answers add those that they name.
FITTING = {
    "AutoSnapshotPolicyId": [],
    "ClientToken": [f"token-{number}" for number in range(50)],
    "CoolOffPeriod": ["0", "3"],
    "DestinationRegionId": ["cn-shanghai"],
    "DestinationSnapshotDescription": ["a copy"],
    "DestinationSnapshotName": ["a-copy"],
    "DiskId": ["d-sandbox-data", "d-sandbox-full", "d-sandbox-detached", "d-sandbox-pending"],
    "ImageId": ["m-sandbox-detached"],
    "InstanceId": ["i-sandbox-data", "i-sandbox-full", "i-sandbox-never-started"],
    "LockDuration": ["1", "36500"],
    "LockMode": ["compliance"],
    "RepeatWeekdays": ['["1", "7"]'],
    "ResourceId": ["d-sandbox-data", "d-sandbox-full"],
    "ResourceType": ["disk"],
    "RetentionDays": ["1", "65536"],
    "Size": ["20", "40"],
    "SnapshotGroupId": [],
    "SnapshotId": ["s-sandbox-system-1", "s-sandbox-data-1", "s-sandbox-detached-3"],
    "Tag.Key": ["env", "team"],
    "TimePoints": ['["0", "23"]'],
    "ZoneId": ["cn-hangzhou-i"],
}
ODD = (
    *("", " ", "true", "FALSE", "yes", "0", "1", "-1", "10", "500", "9" * 12, "1e3"),
    *("[]", '["d-sandbox-data", "d-sandbox-data"]', "[1]", "null", '{"a": [{}]}'),
    *('["\\u0000"]', '["1", "1"]', "a\0b", "\ud7ff\ufffe", "\r\n\t", "%41+ &=;"),
    *("名前", "\U0001f4be", "<&>\"'", "' OR 1=1 --", "x" * 60_000, "http://x"),
    *("2026-01-31T12:00Z", "0000-00-00T00:00Z", "9999-12-31T23:59Z", "CreationStartTime"),
    *("all", "All", "none", "image_disk", "user", "system", "data", "security", "PostPaid"),
    *("Running", "Attaching", "Stopped", "In_use", "Available", "accomplished", "progressing"),
    *("compliance", "expired", "cloud", "cloud_essd", "PL1", "Enabled", "rg-a", "en-US", "sl-x"),
    *("cn-shanghai", "cn-mars", "/dev/xvdz", "snapshot", "snapshotpolicy", "eni", "aliyun", "a"),
)


# Those that something can break on that the sandbox does not read itself: SQLite, JSON, XML.
SHARP = (
    *('["\\ud800"]', "x" * 50_001, "[" * 3_000, "9" * 5_000),
    "\0\ud7ff\ufffe<名\U0001f4be",
)


class Fuzzer:
    """Sends requests over one connection and looks at what comes back."""

    def __init__(self, raw, seed):
        self.raw = raw
        self.chance = random.Random(seed)
        self.connection = http.client.HTTPConnection(raw.address, timeout=10)
        self.fitting = {name: list(values) for name, values in FITTING.items()}

    def parameters(self, action, odd, share):
        """This share of the fitting ones for an action, and those of `odd`, which have values."""
        asked = {action.region_parameter: "cn-hangzhou"}
        for form in declared(action):
            # `diskIds` is as fitting as `DiskId.N`, in the form of a list.
            name = form[0].upper() + form[1:].replace(".N", "")
            single = name.removesuffix("s") if name.endswith("Ids") else name
            for number in range(1, self.chance.choice([2, 2, 4, 25])):
                numbered = form.replace(".N", f".{number}", 1).replace(".N", ".1")
                if form in odd:
                    # All of a request is to be within 1 MiB.
                    asked |= {numbered: odd[form]} if number <= 3 else {}
                elif self.fitting.get(single) and self.chance.random() < share:
                    value = self.chance.choice(self.fitting[single])
                    asked[numbered] = value if single == name else json.dumps([value, value])
        return asked

    def send(self, action, parameters):
        body = urlencode(parameters).encode()
        self.connection.request("POST", "/", body, self.raw.form_headers(action, body))
        response = self.connection.getresponse()
        return response.status, response.read()

    def ask(self, action, odd, share=0.6):
        """The status of a request, in which all is well with the answer."""
        form = self.chance.choice(["JSON", "XML"])
        parameters = self.parameters(action, odd, share)
        status, content = self.send(action.name, {**parameters, "Format": form})
        told = f"{action.name} {parameters!r:.2000}: {status} {content[:2000]!r}"
        assert status < 500, told
        if form == "JSON":
            body = json.loads(content)
            assert status != 200 or misfits(action.name, body) == [], told
        else:
            root = ElementTree.fromstring(content)  # noqa: S314 - its own
            assert root.tag == (f"{action.name}Response" if status == 200 else "Error"), told
            body = {each.tag: each.text for each in root}
        if status != 200:
            assert body.keys() == ERROR, told
            assert all(body.values()), told
        for name in self.fitting.keys() & body.keys():
            self.fitting[name].append(body[name])
        return status


def declared(action):
    return sorted(action.supported | action.only_false | {action.region_parameter})


@pytest.fixture
def fuzzer(raw):
    made = Fuzzer(raw, seed=1)
    yield made
    made.connection.close()


@pytest.mark.parametrize("value", SHARP, ids=range(len(SHARP)))
def test_no_parameter_of_any_action_breaks_on_a_sharp_value(fuzzer, value):
    for action in ACTIONS.values():
        for form in declared(action):
            # Alone, and where an action cannot come to it without the others.
            fuzzer.ask(action, {form: value}, share=0)
            fuzzer.ask(action, {form: value}, share=0.9)


def test_no_request_at_random_is_met_by_a_bug(fuzzer, clock):
    carried_out = set()
    for _ in range(REQUESTS):
        action = fuzzer.chance.choice([*ACTIONS.values()])
        forms = declared(action)
        count = min(fuzzer.chance.choice([0, 0, 1, 1, 2, 4]), len(forms))
        odd = {form: fuzzer.chance.choice(ODD) for form in fuzzer.chance.sample(forms, count)}
        if fuzzer.ask(action, odd) == 200:
            carried_out.add(action.name)
        clock.advance(seconds=fuzzer.chance.choice([0, 1, 3_600]))
    # They are worth something: most actions come to their end.
    assert len(carried_out) > len(ACTIONS) / 2
