"""The catalog knows every name of the contract, and its texts can be trusted as hints."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from ecs_snap_cli import catalog


def words(text: str) -> list[str]:
    return text.split()


ECS_CODES = words("""
    InvalidDiskId.NotFound InvalidInstanceId.NotFound InvalidVolumeId.NotFound
    InvalidResourceGroup.NotFound InvalidSnapshotName.Malformed InvalidDescription.Malformed
    InvalidRetentionDays.Malformed InvalidTagKey.Malformed InvalidTagValue.Malformed
    Duplicate.TagKey InvalidClientToken.Malformed InvalidSnapshotCategory.Malformed
    InvalidCategoryAndInstantAccess.Malformed InvalidInstantAccessRetentionDays.Malformed
    InvalidRegion.NotSupportSnapshotInstantAccessRegion
    IncorrectInstanceStatus IncorrectDiskStatus IncorrectDiskStatus.NeverAttached
    IncorrectDiskStatus.NeverUsed IncorrectDiskStatus.CreatingSnapshot IncorrectDiskStatus.Invalid
    IncorrectDiskStatus.Transferring IncorrectDiskStatus.TooManyCreatingSnapshots
    IncorrectDiskType.NotSupport IncorrectVolumeStatus DISK_HAS_CREATING_SNAPSHOT
    DiskCategory.OperationNotSupported DiskId.ValueNotSupported DiskInArrears
    InstanceLockedForSecurity HibernationConfigured.InstanceOperationForbidden
    QuotaExceed.Snapshot QuotaExceed.SnapshotQuota QuotaExceed.ConcurrentSnapshotQuota
    QuotaExceed.Tags InvalidAccountStatus.NotEnoughBalance
    InvalidAccountStatus.SnapshotServiceUnavailable
    InvalidOperation.UnfinishedEncryptedSnapshotCopy InvalidParameter.KMSKeyId.NotFound
    InvalidParameter.KMSKeyId.CMKUnauthorized InvalidParameter.KMSKeyId.CMKNotEnabled
    InvalidParameter.KMSKeyId.KMSUnauthorized InvalidParameter.UnauthorizedStorageLocationArn
    CloudBoxNotSupportSnapshotWithInstantAccess IdempotentParameterMismatch IdempotentProcessing
    CreateSnapshot.Failed InvalidAction.Unauthorized Throttling Throttling.User Throttling.Api
    InternalError ServiceUnavailable ServiceUnavailable.RegionMaintaining OperationConflict
    MissingParameter InvalidParameter UnsupportedParameter InvalidAction.NotFound InvalidVersion
    InvalidRegionId.NotFound InvalidRegionId.Malformed DryRunOperation Forbidden.RAM
    Forbidden.AccessKeyDisabled Forbidden.RiskControl Forbidden.Unauthorized NoPermission
    InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive SignatureDoesNotMatch
    IncompleteSignature SignatureNonceUsed IllegalTimestamp InvalidTimeStamp.Expired
    MissingSecurityToken InvalidSecurityToken.Expired InvalidSecurityToken.Malformed
    InvalidSecurityToken.NotFound InvalidSnapshotIds.Malformed InvalidInstanceIds.Malformed
    InvalidDiskIds.Malformed InvalidSnapshotId.NotFound InvalidSnapshotId.NotReady
    SnapshotCreatedImage SnapshotCreatedDisk InvalidOperation.SnapshotIsLocked
    InvalidOperation.DeleteSharedSnapshotUnsupported InvalidDiskIds.NotInSameZone
    NumberExceed.TooManyDisks CapacityExceed.TooManyDisks InvalidOperation.MultiAttachDisk
    InvalidInstance.NoDisk InvalidAutoSnapshotPolicyId.NotFound
    QuotaExceed.AppliedAutoSnapshotPolicyQuota InvalidOperation.AutoSnapshotPolicyConflict
    InvalidImageName.Malformed InvalidImageName.Duplicated InvalidSnapshot.TooOld OperationDenied
    QuotaExceed.Image IdempotenceParamNotMatch
""")

OWN_CODES = words("""
    PreflightFailed UsageError CredentialsMissing Unavailable WaitTimeout SnapshotFailed
    Interrupted Unexpected
""")

CHECK_IDS = words("""
    disk-exists disk-attached disk-category instance-status instance-started instance-lock
    snapshot-limit snapshot-pending data-loading
""")

EXIT_CODES = words("0 1 2 3 4 5 6 7 8 9 10 130 143")

COMMANDS = set(words("create check list wait delete create-image explain completion")) | {
    "sandbox serve",
    "sandbox reset",
}

OPTIONS = set(
    words("""
    --region --profile --endpoint --sandbox --output --quiet --verbose --debug --help
    --connect-timeout --read-timeout --max-attempts
    --disk-id --name --description --retention-days --tag --client-token --resource-group-id
    --no-preflight --skip-check --strict --rules --snapshot-limit --wait --no-wait --wait-for
    --wait-timeout --poll-interval --dry-run --host --port --state --snapshot-id --status --force
    """)
)

VARIABLES = set(
    words("""
    ALIBABA_CLOUD_REGION_ID ALIBABA_CLOUD_PROFILE ALIBABA_CLOUD_ACCESS_KEY_ID
    ALIBABA_CLOUD_ACCESS_KEY_SECRET ALIBABA_CLOUD_SECURITY_TOKEN
    ALIBABA_CLOUD_ACCESS_KEY_... ALIBABA_CLOUD_... ECS_SNAP_ENDPOINT
    """)
)


def all_entries() -> list[catalog.Entry]:
    return [entry for name in catalog.names() if (entry := catalog.find(name))]


each_entry = pytest.mark.parametrize("entry", all_entries(), ids=lambda entry: entry.code)


def commands_named(text: str) -> set[str]:
    """What follows the program's name: ``ecs-snap`` is written for a command line only."""
    found = set()
    for command, rest in re.findall(r"ecs-snap(?:\s+([\w-]+))?(?:\s+([\w-]+))?", text):
        found.add(f"{command} {rest}" if command == "sandbox" else command)
    return found


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("error-code", ECS_CODES + OWN_CODES),
        ("check", CHECK_IDS),
        ("exit-code", EXIT_CODES),
    ],
)
def test_every_name_of_a_kind_has_an_entry_of_its_own(kind: str, codes: list[str]) -> None:
    for code in codes:
        entry = catalog.find(code)
        assert entry is not None, code
        assert (entry.code, entry.kind) == (code, kind)


@pytest.mark.parametrize(("kind", "codes"), [("check", CHECK_IDS), ("exit-code", EXIT_CODES)])
def test_checks_and_exit_codes_are_those_of_the_contract_and_no_others(
    kind: str, codes: list[str]
) -> None:
    assert [entry.code for entry in all_entries() if entry.kind == kind] == codes


@each_entry
def test_texts_are_whole_sentences_of_sane_length(entry: catalog.Entry) -> None:
    assert 20 <= len(entry.meaning) <= 240
    assert 20 <= len(entry.remedy) <= 220
    for text in (entry.meaning, entry.remedy):
        assert text == " ".join(text.split())
        assert text.isascii()
        assert text.endswith(".")
        assert text[0].isupper() or text.startswith("--")


@each_entry
def test_no_entry_names_a_command_an_option_or_a_variable_that_does_not_exist(
    entry: catalog.Entry,
) -> None:
    text = f"{entry.meaning} {entry.remedy}"
    assert commands_named(text) <= COMMANDS
    assert set(re.findall(r"--[a-z][a-z-]*", text)) <= OPTIONS
    variables = re.findall(r"(?:ALIBABA_CLOUD|ECS_SNAP)_[A-Z_]*(?:\.{3})?", text)
    assert set(variables) <= VARIABLES


def test_the_command_test_itself_notices_a_stranger() -> None:
    assert commands_named("Run ecs-snap frobnicate now.") - COMMANDS == {"frobnicate"}
    assert commands_named("Run ecs-snap sandbox explode.") - COMMANDS == {"sandbox explode"}
    assert commands_named("Use ecs-snap.") - COMMANDS == {""}


@pytest.mark.parametrize("field", ["meaning", "remedy"])
def test_no_text_stands_twice(field: str) -> None:
    counted = Counter(getattr(entry, field) for entry in all_entries())
    assert [text for text, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("code", ["Forbidden", "Forbidden.RAM", "Forbidden.X", "NoPermission"])
def test_permission_codes_name_the_actions_that_the_policy_needs(code: str) -> None:
    entry = catalog.find(code)
    assert entry is not None
    for action in ("DescribeDisks", "DescribeInstances", "DescribeSnapshots", "CreateSnapshot"):
        assert f"ecs:{action}" in entry.remedy
    assert "ecs:TagResources" in entry.remedy


@pytest.mark.parametrize("check_id", CHECK_IDS)
def test_a_check_says_how_the_two_rule_sets_stand_to_it(check_id: str) -> None:
    entry = catalog.find(check_id)
    assert entry is not None
    agree = "both rule sets agree" in entry.meaning
    assert agree or ("documented" in entry.meaning and "current" in entry.meaning)


@pytest.mark.parametrize(
    ("asked", "family"),
    [
        ("Throttling.Foo", "Throttling"),
        ("throttling.foo", "Throttling"),
        ("ThrottlingFoo", "Throttling"),
        ("Forbidden.X", "Forbidden"),
        ("Forbidden", "Forbidden"),
        ("InvalidParameter.X", "InvalidParameter"),
        ("InvalidParameter.KMSKeyId.X", "InvalidParameter.KMSKeyId"),
        ("MissingParameter.DiskId", "MissingParameter"),
        ("UnsupportedParameter.X", "UnsupportedParameter"),
        ("QuotaExceed.X", "QuotaExceed"),
        ("QuotaExceeded.X", "QuotaExceed"),
        ("InvalidAccountStatus.X", "InvalidAccountStatus"),
        ("IncorrectDiskStatus.X", "IncorrectDiskStatus"),
        ("IncorrectInstanceStatus.X", "IncorrectInstanceStatus"),
        ("InvalidAccessKeyId.X", "InvalidAccessKeyId"),
        ("InvalidSecurityToken.X", "InvalidSecurityToken"),
        ("InvalidTimeStamp.Format", "InvalidTimeStamp"),
        ("ServiceUnavailable.X", "ServiceUnavailable"),
        ("InternalError.X", "InternalError"),
        ("NoPermission.X", "NoPermission"),
    ],
)
def test_an_unlisted_code_is_answered_by_its_most_specific_family(asked: str, family: str) -> None:
    entry = catalog.find(asked)
    assert entry is not None
    assert entry.code == family
    assert entry.kind == "error-code"


@pytest.mark.parametrize(
    "code",
    ["", " ", ".", "NoSuchCode", "InvalidDiskId.X", "Interrupted.X", "disk-attached.X", "11"],
)
def test_what_is_of_no_family_is_not_found(code: str) -> None:
    assert catalog.find(code) is None


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("invaliddiskid.notfound", "InvalidDiskId.NotFound"),
        ("INCORRECTDISKSTATUS.NEVERATTACHED", "IncorrectDiskStatus.NeverAttached"),
        ("disk_has_creating_snapshot", "DISK_HAS_CREATING_SNAPSHOT"),
        ("Disk-Attached", "disk-attached"),
        ("forbidden.ram", "Forbidden.RAM"),
    ],
)
def test_case_does_not_matter(asked: str, code: str) -> None:
    entry = catalog.find(asked)
    assert entry is not None
    assert entry.code == code


def test_no_two_names_differ_in_case_only() -> None:
    assert len({name.casefold() for name in catalog.names()}) == len(catalog.names())


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("InvalidDiskId.NotFuond", "InvalidDiskId.NotFound"),
        ("incorrectdiskstatus.neverattachd", "IncorrectDiskStatus.NeverAttached"),
        ("Throtling", "Throttling"),
        ("disk-atached", "disk-attached"),
        ("SNAPSHOT-PENDNG", "snapshot-pending"),
        ("14", "143"),
    ],
)
def test_nearest_puts_the_name_that_was_meant_first(asked: str, first: str) -> None:
    assert catalog.nearest(asked)[0] == first


def test_nearest_gives_no_more_names_than_asked_for() -> None:
    assert len(catalog.nearest("InvalidDiskId.NotFuond")) == 3
    assert catalog.nearest("InvalidDiskId.NotFuond", limit=1) == ["InvalidDiskId.NotFound"]
    assert catalog.nearest("InvalidDiskId.NotFuond", limit=0) == []


@pytest.mark.parametrize("code", ["", "zzzzzz", "42 is the answer"])
def test_nearest_names_something_even_where_little_resembles(code: str) -> None:
    assert len(set(catalog.nearest(code))) == 3


def test_changing_the_list_of_names_changes_nothing_for_others() -> None:
    catalog.names().clear()
    assert "InvalidDiskId.NotFound" in catalog.names()


def test_importing_the_catalog_reads_and_parses_nothing() -> None:
    program = (
        "import sys, ecs_snap_cli.catalog as c;"
        "print(sorted({'tomllib', 'difflib'} & set(sys.modules)), c._tables.cache_info().currsize);"
        "print([m for m in sys.modules if m.startswith('ecs_snap_cli.') and m != c.__name__])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines() == ["[] 0", "[]"]
