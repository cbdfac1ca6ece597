"""The regions that the sandbox has heard of, and their zones; its first state is in one of them."""

from dataclasses import dataclass

# The region and the zone of whatever does not say otherwise.
REGION_ID = "cn-hangzhou"
ZONE_ID = "cn-hangzhou-i"

# The languages that regions and zones have names in; the first is what ECS answers in by itself.
LANGUAGES = ("zh-CN", "en-US", "ja")
_ZONE_WORDS = {"zh-CN": "可用区", "en-US": "Zone ", "ja": "ゾーン"}


@dataclass(frozen=True, slots=True)
class Region:
    """A region: its name in each of LANGUAGES, and the letters of its zones."""

    id: str
    names: tuple[str, str, str]
    letters: str

    def name(self, language: str) -> str:
        """What DescribeRegions calls it."""
        return self.names[LANGUAGES.index(language)]

    def zones(self) -> dict[str, str]:
        """The letters of the zones by their IDs: cn-hangzhou-b, but ap-northeast-1a."""
        hyphen = "" if self.id[-1].isdigit() else "-"
        return {f"{self.id}{hyphen}{letter}": letter for letter in self.letters}

    def zone_name(self, letter: str, language: str) -> str:
        """What DescribeZones calls a zone: the place that the region's name tells, and a letter."""
        # Within brackets, Chinese or not, where there are any.
        place = self.name(language).replace("（", "(").rpartition("(")[2].rstrip(")）")
        return f"{place} {_ZONE_WORDS[language]}{letter.upper()}"


_REGIONS = (
    Region("cn-qingdao", ("华北1（青岛）", "China (Qingdao)", "中国 (青島)"), "bc"),
    Region("cn-beijing", ("华北2（北京）", "China (Beijing)", "中国 (北京)"), "cdefghijkl"),
    Region("cn-zhangjiakou", ("华北3（张家口）", "China (Zhangjiakou)", "中国 (張家口)"), "abc"),
    Region("cn-huhehaote", ("华北5（呼和浩特）", "China (Hohhot)", "中国 (フフホト)"), "ab"),
    Region("cn-wulanchabu", ("华北6（乌兰察布）", "China (Ulanqab)", "中国 (ウランチャブ)"), "abc"),
    Region("cn-hangzhou", ("华东1（杭州）", "China (Hangzhou)", "中国 (杭州)"), "bghijk"),
    Region("cn-shanghai", ("华东2（上海）", "China (Shanghai)", "中国 (上海)"), "abefglmn"),
    Region("cn-nanjing", ("华东5（南京）", "China (Nanjing)", "中国 (南京)"), "a"),
    Region("cn-shenzhen", ("华南1（深圳）", "China (Shenzhen)", "中国 (深セン)"), "acdef"),
    Region("cn-heyuan", ("华南2（河源）", "China (Heyuan)", "中国 (河源)"), "ab"),
    Region("cn-guangzhou", ("华南3（广州）", "China (Guangzhou)", "中国 (広州)"), "ab"),
    Region("cn-chengdu", ("西南1（成都）", "China (Chengdu)", "中国 (成都)"), "ab"),
    Region("cn-hongkong", ("中国香港", "China (Hong Kong)", "中国 (香港)"), "bcd"),
    Region("ap-northeast-1", ("日本（东京）", "Japan (Tokyo)", "日本 (東京)"), "abc"),
    Region("ap-northeast-2", ("韩国（首尔）", "South Korea (Seoul)", "韓国 (ソウル)"), "ab"),
    Region("ap-southeast-1", ("新加坡", "Singapore", "シンガポール"), "abc"),
    Region(
        "ap-southeast-3",
        ("马来西亚（吉隆坡）", "Malaysia (Kuala Lumpur)", "マレーシア (クアラルンプール)"),
        "abc",
    ),
    Region(
        "ap-southeast-5",
        ("印度尼西亚（雅加达）", "Indonesia (Jakarta)", "インドネシア (ジャカルタ)"),
        "abc",
    ),
    Region(
        "ap-southeast-6",
        ("菲律宾（马尼拉）", "Philippines (Manila)", "フィリピン (マニラ)"),
        "ab",
    ),
    Region("ap-southeast-7", ("泰国（曼谷）", "Thailand (Bangkok)", "タイ (バンコク)"), "ab"),
    Region(
        "eu-central-1",
        ("德国（法兰克福）", "Germany (Frankfurt)", "ドイツ (フランクフルト)"),
        "abc",
    ),
    Region("eu-west-1", ("英国（伦敦）", "UK (London)", "英国 (ロンドン)"), "ab"),
    Region(
        "me-central-1",
        ("沙特（利雅得）", "Saudi Arabia (Riyadh)", "サウジアラビア (リヤド)"),
        "ab",
    ),
    Region("me-east-1", ("阿联酋（迪拜）", "UAE (Dubai)", "UAE (ドバイ)"), "a"),
    Region("us-east-1", ("美国（弗吉尼亚）", "US (Virginia)", "米国 (バージニア)"), "ab"),
    Region("us-west-1", ("美国（硅谷）", "US (Silicon Valley)", "米国 (シリコンバレー)"), "ab"),
)
REGIONS = {region.id: region for region in _REGIONS}
