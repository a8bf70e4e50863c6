"""`onemap codes`."""

from typing import Annotated

import typer

from api.command.common import Json, tell
from layers.codes import code_list, code_lists

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def codes(
    scheme: Annotated[str, typer.Argument(help="a scheme's name; all schemes without one")] = "", as_json: Json = False
) -> None:
    """代码表: list the code schemes, or the codes of one."""
    if not scheme:
        rows = [
            {"scheme": c.scheme, "title": str(c.title), "edition": c.edition, "codes": len(c.codes)}
            for c in code_lists().values()
        ]
        tell(
            rows,
            {"scheme": "代码表 Scheme", "title": "名称 Title", "edition": "版本 Edition", "codes": "数量 Codes"},
            as_json=as_json,
        )
        return
    rows = [
        {"code": c.code, "zh": c.title.zh, "en": c.title.en, "parent": c.parent}
        for c in code_list(scheme).codes.values()
    ]
    tell(rows, {"code": "代码 Code", "zh": "中文", "en": "English", "parent": "上级 Parent"}, as_json=as_json)
