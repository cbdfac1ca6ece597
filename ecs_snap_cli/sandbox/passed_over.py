"""Fields of ECS's answers that a scenario may hold and the sandbox keeps nothing of.

So that an answer can be put into a scenario as it came. In its own answers the sandbox has values
of its own for them.
"""

_NAMES = {
    "Disk": """
        AutoSnapshotPolicyId BdfId BurstingEnabled DataSource DeleteAutoSnapshot
        DeleteWithInstance DiskChargeType
        EnableAutoSnapshot EnableAutomatedSnapshotPolicy ExpiredTime IOPS IOPSRead IOPSWrite
        ImageId KMSKeyId MountInstanceNum MountInstances MultiAttach PerformanceLevel Placement
        Portable ProductCode ProvisionedIops SerialNumber SourceDiskId StorageClusterId
        StorageSetId StorageSetPartitionNumber Throughput ThroughputRead ThroughputWrite
    """,
    "Instance": """
        AdditionalInfo AutoReleaseTime ClockOptions ClusterId Cpu CpuOptions CreditSpecification
        DedicatedHostAttribute DedicatedInstanceAttribute DeletionProtection DeploymentSetGroupNo
        DeploymentSetId Description DeviceAvailable EcsCapacityReservationAttr EipAddress
        EnableNVS ExpiredTime GPUAmount GPUSpec HibernationOptions HostName HpcClusterId ISP
        ImageId ImageOptions InnerIpAddress InstanceChargeType InstanceNetworkType
        InstanceTypeFamily InternetChargeType InternetMaxBandwidthIn InternetMaxBandwidthOut
        IoOptimized KeyPairName LocalStorageAmount LocalStorageCapacity Memory MetadataOptions
        NetworkInterfaces OSName OSNameEn OSType PrivateDnsNameOptions PublicIpAddress
        RdmaIpAddress Recyclable SaleCycle SecurityGroupIds SecurityOptions SerialNumber
        SpotDuration SpotInterruptionBehavior SpotPriceLimit SpotStrategy StoppedMode VlanId
        VpcAttributes
    """,
    "Snapshot": """
        Available Category FullSnapshotSizeInBytes InstantAccess InstantAccessRetentionDays
        KMSKeyId LastModifiedTime ProductCode Progress RemainTime SnapshotLinkId SnapshotSN
        SourceStorageType Usage
    """,
    "LockedSnapshotInfo": "CoolOffPeriodExpiredTime LockExpiredTime LockMode LockStatus",
    "Image": """
        Architecture BootMode DetectionOptions Features ImageFamily ImageOwnerAlias ImageOwnerId
        ImageVersion IsCopied IsPublic IsSelfShared IsSubscribed IsSupportCloudinit
        IsSupportIoOptimized LicenseType LoginAsNonRootSupported OSName OSNameEn OSType Platform
        ProductCode Progress SecureBootOptions Status SupplierName Usable Usage
    """,
    "Mapping": """
        Device Encrypted Format ImportOSSBucket ImportOSSObject Progress RemainTime Size Type
    """,
    "Lock": "LockMsg",
    "answer": "NextToken PageNumber PageSize RegionId RequestId TotalCount",
}

# By what ECS calls one of the records; "answer" is what is around them, "Mapping" a
# DiskDeviceMapping, "Lock" an entry of OperationLocks.
PASSED_OVER = {record: frozenset(names.split()) for record, names in _NAMES.items()}
