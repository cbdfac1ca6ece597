"""Which exit code each of ECS's error codes ends in, and the codes of the program's own errors."""

from __future__ import annotations

import signal

import pytest

from ecs_snap_cli.errors import (
    ApiError,
    CredentialsMissing,
    EcsSnapError,
    ExitCode,
    Interrupted,
    PreflightFailed,
    SnapshotFailed,
    Unavailable,
    UsageError,
    WaitTimeout,
    exit_code_for,
)

UNEXPECTED, USAGE, REFUSED = 1, 2, 3
NOT_FOUND, ACCESS, UNAVAILABLE = 4, 5, 6

ECS_CODES = [
    ("InvalidDiskId.NotFound", 404, NOT_FOUND),
    ("InvalidInstanceId.NotFound", 404, NOT_FOUND),
    ("InvalidVolumeId.NotFound", 404, NOT_FOUND),
    ("InvalidResourceGroup.NotFound", 404, NOT_FOUND),
    ("InvalidRegionId.NotFound", 404, NOT_FOUND),
    ("InvalidSnapshotId.NotFound", 404, NOT_FOUND),
    ("InvalidAutoSnapshotPolicyId.NotFound", 404, NOT_FOUND),
    ("InvalidSnapshotName.Malformed", 400, USAGE),
    ("InvalidDescription.Malformed", 404, USAGE),
    ("InvalidRetentionDays.Malformed", 400, USAGE),
    ("InvalidTagKey.Malformed", 400, USAGE),
    ("InvalidTagValue.Malformed", 400, USAGE),
    ("Duplicate.TagKey", 400, USAGE),
    ("InvalidClientToken.Malformed", 403, USAGE),
    ("InvalidSnapshotCategory.Malformed", 403, USAGE),
    ("InvalidCategoryAndInstantAccess.Malformed", 403, USAGE),
    ("InvalidInstantAccessRetentionDays.Malformed", 403, USAGE),
    ("InvalidRegionId.Malformed", 400, USAGE),
    ("InvalidSnapshotIds.Malformed", 400, USAGE),
    ("MissingParameter", 400, USAGE),
    ("MissingParameter.DiskId", 400, USAGE),
    ("InvalidParameter", 400, USAGE),
    ("InvalidParameter.KMSKeyId.NotFound", 400, USAGE),
    ("InvalidParameter.KMSKeyId.CMKUnauthorized", 403, USAGE),
    ("InvalidParameter.KMSKeyId.CMKNotEnabled", 403, USAGE),
    ("InvalidParameter.KMSKeyId.KMSUnauthorized", 403, USAGE),
    ("InvalidParameter.UnauthorizedStorageLocationArn", 403, USAGE),
    ("UnsupportedParameter", 400, USAGE),
    ("InvalidRegion.NotSupportSnapshotInstantAccessRegion", 403, REFUSED),
    ("IncorrectInstanceStatus", 400, REFUSED),
    ("IncorrectDiskStatus", 403, REFUSED),
    ("IncorrectDiskStatus.NeverAttached", 403, REFUSED),
    ("IncorrectDiskStatus.NeverUsed", 403, REFUSED),
    ("IncorrectDiskStatus.CreatingSnapshot", 403, REFUSED),
    ("IncorrectDiskStatus.Invalid", 403, REFUSED),
    ("IncorrectDiskStatus.Transferring", 403, REFUSED),
    ("IncorrectDiskStatus.TooManyCreatingSnapshots", 403, REFUSED),
    ("IncorrectDiskType.NotSupport", 403, REFUSED),
    ("IncorrectVolumeStatus", 403, REFUSED),
    ("DISK_HAS_CREATING_SNAPSHOT", 403, REFUSED),
    ("DiskCategory.OperationNotSupported", 400, REFUSED),
    ("DiskId.ValueNotSupported", 403, REFUSED),
    ("DiskInArrears", 403, REFUSED),
    ("InstanceLockedForSecurity", 403, REFUSED),
    ("HibernationConfigured.InstanceOperationForbidden", 403, REFUSED),
    ("QuotaExceed.Snapshot", 403, REFUSED),
    ("QuotaExceed.SnapshotQuota", 403, REFUSED),
    ("QuotaExceed.ConcurrentSnapshotQuota", 403, REFUSED),
    ("QuotaExceed.Tags", 403, REFUSED),
    ("QuotaExceed.AppliedAutoSnapshotPolicyQuota", 403, REFUSED),
    ("InvalidAccountStatus.NotEnoughBalance", 403, REFUSED),
    ("InvalidAccountStatus.SnapshotServiceUnavailable", 403, REFUSED),
    ("InvalidOperation.UnfinishedEncryptedSnapshotCopy", 403, REFUSED),
    ("InvalidOperation.SnapshotIsLocked", 403, REFUSED),
    ("InvalidOperation.DeleteSharedSnapshotUnsupported", 403, REFUSED),
    ("InvalidOperation.MultiAttachDisk", 403, REFUSED),
    ("InvalidOperation.AutoSnapshotPolicyConflict", 403, REFUSED),
    ("CloudBoxNotSupportSnapshotWithInstantAccess", 403, REFUSED),
    ("IdempotentParameterMismatch", 403, REFUSED),
    ("IdempotentParameterMismatch", 400, REFUSED),
    ("CreateSnapshot.Failed", 400, REFUSED),
    ("InvalidSnapshotId.NotReady", 403, REFUSED),
    ("SnapshotCreatedImage", 403, REFUSED),
    ("SnapshotCreatedDisk", 403, REFUSED),
    ("InvalidDiskIds.NotInSameZone", 400, REFUSED),
    ("NumberExceed.TooManyDisks", 403, REFUSED),
    ("CapacityExceed.TooManyDisks", 403, REFUSED),
    ("InvalidInstance.NoDisk", 403, REFUSED),
    ("InvalidAction.Unauthorized", 403, ACCESS),
    ("Forbidden.RAM", 403, ACCESS),
    ("Forbidden.AccessKeyDisabled", 403, ACCESS),
    ("Forbidden.RiskControl", 403, ACCESS),
    ("Forbidden.Unauthorized", 403, ACCESS),
    ("NoPermission", 403, ACCESS),
    ("InvalidAccessKeyId.NotFound", 404, ACCESS),
    ("InvalidAccessKeyId.Inactive", 400, ACCESS),
    ("SignatureDoesNotMatch", 400, ACCESS),
    ("IncompleteSignature", 400, ACCESS),
    ("SignatureNonceUsed", 400, ACCESS),
    ("IllegalTimestamp", 400, ACCESS),
    ("InvalidTimeStamp.Expired", 400, ACCESS),
    ("MissingSecurityToken", 400, ACCESS),
    ("InvalidSecurityToken.Expired", 400, ACCESS),
    ("InvalidSecurityToken.Malformed", 400, ACCESS),
    ("Throttling", 403, UNAVAILABLE),
    ("Throttling.User", 400, UNAVAILABLE),
    ("Throttling.Api", 400, UNAVAILABLE),
    ("Throttling.Whatever.Comes", 429, UNAVAILABLE),
    ("InternalError", 500, UNAVAILABLE),
    ("ServiceUnavailable", 503, UNAVAILABLE),
    ("ServiceUnavailable.RegionMaintaining", 503, UNAVAILABLE),
    ("OperationConflict", 409, UNAVAILABLE),
    ("IdempotentProcessing", 403, UNAVAILABLE),
    ("InvalidAction.NotFound", 404, UNEXPECTED),
    ("InvalidVersion", 400, UNEXPECTED),
    ("DryRunOperation", 412, UNEXPECTED),
]


@pytest.mark.parametrize(("code", "http", "expected"), ECS_CODES)
def test_an_error_code_of_ecs_ends_in_its_exit_code(code: str, http: int, expected: int) -> None:
    assert exit_code_for(code, http) == expected


@pytest.mark.parametrize(
    ("code", "http"),
    [each[:2] for each in ECS_CODES if each[0] not in ("DryRunOperation",)],
)
def test_a_known_code_counts_whatever_http_status_it_comes_with(code: str, http: int) -> None:
    assert {exit_code_for(code, status) for status in (None, 400, 403, 404, http)} == {
        exit_code_for(code, http)
    }


@pytest.mark.parametrize(
    ("http", "expected"),
    [
        (400, REFUSED),
        (403, REFUSED),
        (409, REFUSED),
        (499, REFUSED),
        (None, REFUSED),
        (401, ACCESS),
        (429, UNAVAILABLE),
        (500, UNAVAILABLE),
        (502, UNAVAILABLE),
        (599, UNAVAILABLE),
    ],
)
def test_a_code_that_nobody_knows_is_judged_by_its_http_status(
    http: int | None, expected: int
) -> None:
    assert exit_code_for("SomethingNew.Happened", http) == expected


@pytest.mark.parametrize(
    ("error", "code", "expected"),
    [
        (EcsSnapError, "Unexpected", 1),
        (UsageError, "UsageError", 2),
        (PreflightFailed, "PreflightFailed", 3),
        (CredentialsMissing, "CredentialsMissing", 5),
        (Unavailable, "Unavailable", 6),
        (WaitTimeout, "WaitTimeout", 7),
        (SnapshotFailed, "SnapshotFailed", 8),
    ],
)
def test_the_programs_own_errors_have_a_code_and_an_exit_code(
    error: type[EcsSnapError], code: str, expected: int
) -> None:
    raised = error("What happened.", hint="What to do.", request_id="R-1")
    assert (raised.code, raised.exit_code) == (code, expected)
    assert (str(raised), raised.hint, raised.request_id) == ("What happened.", "What to do.", "R-1")
    assert (raised.checks, raised.may_have_acted) == ((), False)


def test_the_numbers_are_those_that_scripts_rely_on() -> None:
    assert {int(each) for each in ExitCode} == {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130, 143}


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_in_128_and_its_number(number: int, expected: int) -> None:
    interrupted = Interrupted(number)
    assert interrupted.exit_code == expected
    assert not isinstance(interrupted, Exception)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("Forbidden.RAM", True),
        ("Forbidden.Unauthorized", True),
        ("Forbidden", True),
        ("NoPermission", True),
        ("InvalidAction.Unauthorized", True),
        ("Forbidden.AccessKeyDisabled", False),
        ("Forbidden.RiskControl", False),
        ("InvalidAction.NotFound", False),
        ("SignatureDoesNotMatch", False),
        ("InvalidAccessKeyId.NotFound", False),
        ("HibernationConfigured.InstanceOperationForbidden", False),
        ("Throttling", False),
    ],
)
def test_a_missing_permission_is_told_apart_from_other_access_problems(
    code: str, expected: bool
) -> None:
    assert ApiError("Refused.", code=code, http_status=403).permission_denied is expected


def test_an_answer_of_ecs_keeps_its_code_status_and_request_id() -> None:
    error = ApiError(
        "No such disk.", code="InvalidDiskId.NotFound", http_status=404, request_id="R"
    )
    assert (error.code, error.http_status, error.request_id) == ("InvalidDiskId.NotFound", 404, "R")
    assert error.exit_code is ExitCode.NOT_FOUND
