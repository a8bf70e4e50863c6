"""Our own tables, and those of the layers as they were at first."""

# the types of columns have parameters that nobody writes
# pyright: reportUnknownArgumentType=false

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    Double,
    Index,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.schema import SchemaItem

from geoalchemy2 import Geometry

from layers.store.postgis.migrations.steps import created, dropped, founded, razed

revision = "0001"
down_revision = None


def _place(kind: str) -> Geometry:
    return Geometry(kind, srid=4326, spatial_index=False)


def _rows(name: str, *inside: SchemaItem, **how: Any) -> Table:
    """Return a layer's table with what each of them has."""
    fid = Column("fid", BigInteger(), primary_key=True, autoincrement=True)
    revision = Column("om_rev", BigInteger(), server_default="0")
    return Table(name, MetaData(), fid, *inside, revision, Index(f"{name}_revision", "om_rev", "fid"), **how)


LAYERS = (
    _rows(
        "greens",
        Column("code", Text(collation="C"), nullable=False, comment="编号 Code"),
        Column("name", Text(collation="C"), nullable=False, comment="名称 Name"),
        Column("name_en", Text(collation="C"), comment="英文名 English name"),
        Column("kind", Text(collation="C"), nullable=False, comment="类型 Kind"),
        Column("place", _place("MULTIPOLYGON"), nullable=False, comment="范围 Extent"),
        Index("greens_key", "code", unique=True),
        Index("greens_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "waters",
        Column("code", Text(collation="C"), nullable=False, comment="编号 Code"),
        Column("name", Text(collation="C"), nullable=False, comment="名称 Name"),
        Column("name_en", Text(collation="C"), comment="英文名 English name"),
        Column("kind", Text(collation="C"), nullable=False, comment="类型 Kind"),
        Column("place", _place("MULTIPOLYGON"), nullable=False, comment="范围 Extent"),
        Index("waters_key", "code", unique=True),
        Index("waters_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "streets",
        Column("code", Text(collation="C"), nullable=False, comment="编号 Code"),
        Column("name", Text(collation="C"), nullable=False, comment="名称 Name"),
        Column("name_en", Text(collation="C"), comment="英文名 English name"),
        Column("grade", Text(collation="C"), nullable=False, comment="等级 Grade"),
        Column("length_m", Double(), comment="长度 Length"),
        Column("place", _place("LINESTRING"), nullable=False, comment="中心线 Centre line"),
        Index("streets_key", "code", unique=True),
        Index("streets_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "components",
        Column("code", Text(collation="C"), nullable=False, comment="部件编码 Component code"),
        Column("kind", Text(collation="C"), nullable=False, comment="部件类别 Kind"),
        Column("district", Text(collation="C"), nullable=False, comment="区县 District"),
        Column("cell", Text(collation="C"), comment="所在网格 Grid cell"),
        Column("owner", Text(collation="C"), comment="权属单位 Owner"),
        Column("state", Text(collation="C"), comment="状态 State"),
        Column("surveyed", DateTime(timezone=True), comment="普查时间 Surveyed"),
        Column("place", _place("POINT"), nullable=False, comment="位置 Place"),
        Column("om_curve", BigInteger(), Computed('om_curve(ST_X("place"), ST_Y("place"))', persisted=True)),
        Index("components_key", "code", unique=True),
        Index("components_om_curve", "om_curve", "fid"),
        Index("components_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "cameras",
        Column("code", Text(collation="C"), nullable=False, comment="摄像机编号 Camera code"),
        Column("name", Text(collation="C"), nullable=False, comment="名称 Name"),
        Column("kind", Text(collation="C"), nullable=False, comment="类型 Kind"),
        Column("district", Text(collation="C"), comment="区县 District"),
        Column("state", Text(collation="C"), nullable=False, comment="状态 State"),
        Column("azimuth", Double(), comment="朝向 Azimuth"),
        Column("range_m", Double(), comment="可视距离 Range"),
        Column("stream", Text(collation="C"), comment="视频流 Stream"),
        Column("place", _place("POINT"), nullable=False, comment="位置 Place"),
        Column("om_curve", BigInteger(), Computed('om_curve(ST_X("place"), ST_Y("place"))', persisted=True)),
        Index("cameras_key", "code", unique=True),
        Index("cameras_om_curve", "om_curve", "fid"),
        Index("cameras_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "cases",
        Column("number", Text(collation="C"), nullable=False, comment="案件编号 Case number"),
        Column("matter", Text(collation="C"), nullable=False, comment="事项类别 Matter"),
        Column("state", Text(collation="C"), nullable=False, comment="状态 State"),
        Column("source", Text(collation="C"), nullable=False, comment="来源 Source"),
        Column("district", Text(collation="C"), comment="区县 District"),
        Column("cell", Text(collation="C"), comment="所在网格 Grid cell"),
        Column("address", Text(collation="C"), comment="地址 Address"),
        Column("description", Text(collation="C"), comment="描述 Description"),
        Column("reporter", Text(collation="C"), comment="报案人 Reporter"),
        Column("unit", Text(collation="C"), comment="处置单位 Responsible unit"),
        Column("reported", DateTime(timezone=True), nullable=False, comment="上报时间 Reported"),
        Column("due", DateTime(timezone=True), comment="办理期限 Due"),
        Column("closed", DateTime(timezone=True), comment="结案时间 Closed"),
        Column("on_time", Boolean(), comment="按期 On time"),
        Column("place", _place("POINT"), nullable=False, comment="位置 Place"),
        Column("om_curve", BigInteger(), Computed('om_curve(ST_X("place"), ST_Y("place"))', persisted=True)),
        Index("cases_key", "number", unique=True),
        Index("cases_om_curve", "om_curve", "fid"),
        Index("cases_place", "place", postgresql_using="gist"),
        Index("cases_reported", "reported"),
    ),
    _rows(
        "districts",
        Column("code", Text(collation="C"), nullable=False, comment="区划代码 Code"),
        Column("name", Text(collation="C"), nullable=False, comment="名称 Name"),
        Column("name_en", Text(collation="C"), comment="英文名 English name"),
        Column("area_km2", Double(), comment="面积 Area"),
        Column("place", _place("MULTIPOLYGON"), nullable=False, comment="边界 Boundary"),
        Index("districts_key", "code", unique=True),
        Index("districts_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "grid_cells",
        Column("code", Text(collation="C"), nullable=False, comment="网格编码 Cell code"),
        Column("district", Text(collation="C"), nullable=False, comment="区县 District"),
        Column("street", Text(collation="C"), comment="街道 Street"),
        Column("area_m2", Double(), comment="面积 Area"),
        Column("keeper", Text(collation="C"), comment="网格员 Keeper"),
        Column("place", _place("POLYGON"), nullable=False, comment="范围 Extent"),
        Index("grid_cells_key", "code", unique=True),
        Index("grid_cells_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "risk_points",
        Column("code", Text(collation="C"), nullable=False, comment="编号 Code"),
        Column("name", Text(collation="C"), nullable=False, comment="名称 Name"),
        Column("kind", Text(collation="C"), nullable=False, comment="类型 Kind"),
        Column("level", Text(collation="C"), nullable=False, comment="等级 Level"),
        Column("district", Text(collation="C"), nullable=False, comment="区县 District"),
        Column("cell", Text(collation="C"), comment="所在网格 Grid cell"),
        Column("plan", Text(collation="C"), comment="应急预案 Emergency plan"),
        Column("team", Text(collation="C"), comment="责任队伍 Team"),
        Column("hazards", ARRAY(Text()), comment="隐患 Hazards"),
        Column("phone", Text(collation="C"), comment="责任人电话 Phone"),
        Column("checked", DateTime(timezone=True), nullable=False, comment="检查时间 Checked"),
        Column("place", _place("POINT"), nullable=False, comment="位置 Place"),
        Column("om_curve", BigInteger(), Computed('om_curve(ST_X("place"), ST_Y("place"))', persisted=True)),
        Index("risk_points_key", "code", unique=True),
        Index("risk_points_om_curve", "om_curve", "fid"),
        Index("risk_points_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "plans",
        Column("code", Text(collation="C"), nullable=False, comment="预案编号 Plan code"),
        Column("name", Text(collation="C"), nullable=False, comment="预案名称 Name"),
        Column("risk_point", Text(collation="C"), nullable=False, comment="风险点 Risk point"),
        Column("grade", Text(collation="C"), nullable=False, comment="响应等级 Response grade"),
        Column("steps", ARRAY(Text()), comment="处置步骤 Steps"),
        Column("team", Text(collation="C"), comment="处置队伍 Team"),
        Column("radius_m", Double(), nullable=False, comment="影响半径 Radius"),
        Column("approved", DateTime(timezone=True), comment="批准时间 Approved"),
        Column("place", _place("POLYGON"), nullable=False, comment="影响范围 Area concerned"),
        Index("plans_key", "code", unique=True),
        Index("plans_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "teams",
        Column("code", Text(collation="C"), nullable=False, comment="队伍编号 Team code"),
        Column("name", Text(collation="C"), nullable=False, comment="名称 Name"),
        Column("kind", Text(collation="C"), nullable=False, comment="类型 Kind"),
        Column("district", Text(collation="C"), nullable=False, comment="区县 District"),
        Column("people", BigInteger(), nullable=False, comment="人数 People"),
        Column("leader", Text(collation="C"), comment="负责人 Leader"),
        Column("phone", Text(collation="C"), comment="电话 Phone"),
        Column("on_duty", Boolean(), comment="值守 On duty"),
        Column("place", _place("POINT"), nullable=False, comment="驻地 Station"),
        Column("om_curve", BigInteger(), Computed('om_curve(ST_X("place"), ST_Y("place"))', persisted=True)),
        Index("teams_key", "code", unique=True),
        Index("teams_om_curve", "om_curve", "fid"),
        Index("teams_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "supplies",
        Column("code", Text(collation="C"), nullable=False, comment="物资编号 Supply code"),
        Column("name", Text(collation="C"), nullable=False, comment="名称 Name"),
        Column("kind", Text(collation="C"), nullable=False, comment="类型 Kind"),
        Column("district", Text(collation="C"), nullable=False, comment="区县 District"),
        Column("quantity", Double(), nullable=False, comment="数量 Quantity"),
        Column("measure", Text(collation="C"), nullable=False, comment="计量单位 Measure"),
        Column("team", Text(collation="C"), comment="管理队伍 Keeper"),
        Column("expires", DateTime(timezone=True), comment="有效期至 Expires"),
        Column("place", _place("POINT"), nullable=False, comment="位置 Place"),
        Column("om_curve", BigInteger(), Computed('om_curve(ST_X("place"), ST_Y("place"))', persisted=True)),
        Index("supplies_key", "code", unique=True),
        Index("supplies_om_curve", "om_curve", "fid"),
        Index("supplies_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "vehicles",
        Column("plate", Text(collation="C"), nullable=False, comment="车牌 Plate"),
        Column("kind", Text(collation="C"), nullable=False, comment="类型 Kind"),
        Column("district", Text(collation="C"), comment="区县 District"),
        Column("state", Text(collation="C"), nullable=False, comment="状态 State"),
        Column("speed_kmh", Double(), comment="速度 Speed"),
        Column("heading", Double(), comment="航向 Heading"),
        Column("driver", Text(collation="C"), comment="驾驶员 Driver"),
        Column("at", DateTime(timezone=True), nullable=False, comment="定位时间 Fixed at"),
        Column("place", _place("POINT"), nullable=False, comment="位置 Place"),
        Column("om_curve", BigInteger(), Computed('om_curve(ST_X("place"), ST_Y("place"))', persisted=True)),
        Index("vehicles_at", "at"),
        Index("vehicles_key", "plate", unique=True),
        Index("vehicles_om_curve", "om_curve", "fid"),
        Index("vehicles_place", "place", postgresql_using="gist"),
    ),
    _rows(
        "fixes",
        Column("code", Text(collation="C"), nullable=False, comment="编号 Code"),
        Column("vehicle", Text(collation="C"), nullable=False, comment="车牌 Vehicle"),
        Column("speed_kmh", Double(), comment="速度 Speed"),
        Column("heading", Double(), comment="航向 Heading"),
        Column("datum", Text(collation="C"), comment="来源坐标系 Source datum"),
        Column("at", DateTime(timezone=True), primary_key=True, comment="定位时间 Fixed at"),
        Column("place", _place("POINT"), nullable=False, comment="位置 Place"),
        Index("fixes_at", "at", postgresql_using="brin"),
        Index("fixes_key", "code", "at", unique=True),
        Index("fixes_vehicle", "vehicle", "at"),
        postgresql_partition_by='RANGE ("at")',
    ),
)


def upgrade() -> None:
    """Make everything."""
    founded()
    for rows in LAYERS:
        created(rows)


def downgrade() -> None:
    """Leave nothing."""
    for rows in LAYERS:
        dropped(rows.name)
    razed()
