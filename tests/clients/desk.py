"""QGIS without a window: `python3 desk.py`, run by the Python that QGIS is built for.

It reads one question a line, as JSON: the name of a function here and its arguments; and writes one answer a line.
"""
# pyright: reportMissingImports=false, reportUnknownVariableType=false

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsNetworkAccessManager,
    QgsNetworkRequestParameters,
    QgsPalLayerSettings,
    QgsProject,
    QgsRectangle,
    QgsTextBufferSettings,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import NULL, QDate, QDateTime, QSize, Qt
from qgis.PyQt.QtGui import QColor, QImage

asked: list[str] = []
told: list[Any] = []
layers: dict[tuple[str, str], Any] = {}


def opened(source: Sequence[str]) -> Any:
    """The layer of a source, which is its provider and its address; opened once."""
    provider, address = source
    if (provider, address) not in layers:
        layers[provider, address] = QgsVectorLayer(address, "layer", provider)
    return layers[provider, address]


def plain(value: Any) -> Any:
    if value is None or value == NULL:
        return None
    if isinstance(value, QDateTime):
        return value.toUTC().toString(Qt.ISODateWithMs)
    return value.toString(Qt.ISODate) if isinstance(value, QDate) else value


def describe(source: Sequence[str]) -> dict[str, Any]:
    layer = opened(source)
    box = layer.extent()
    return {
        "valid": layer.isValid(),
        "count": layer.featureCount(),
        "crs": layer.crs().authid(),
        "extent": [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()],
        "geometry": QgsWkbTypes.displayString(layer.wkbType()),
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "editable": bool(layer.dataProvider().capabilities() & layer.dataProvider().AddFeatures),
    }


def request(rectangle: Any = None, expression: str = "", crs: str = "") -> Any:
    made = QgsFeatureRequest()
    if rectangle:
        made.setFilterRect(QgsRectangle(*rectangle))
    if expression:
        made.setFilterExpression(expression)
    if crs:
        made.setDestinationCrs(QgsCoordinateReferenceSystem(crs), QgsProject.instance().transformContext())
    return made


def read(source: Sequence[str], subset: str = "", **wanted: Any) -> dict[str, Any]:
    """The features of a layer: their attributes by name, their place as text."""
    layer = opened(source)
    taken = layer.setSubsetString(subset)
    names = [field.name() for field in layer.fields()]
    rows = []
    for feature in layer.getFeatures(request(**wanted)):
        row = dict(zip(names, map(plain, feature.attributes()), strict=True))
        rows.append([row, feature.geometry().asWkt(9) if feature.hasGeometry() else None])
    # the service's layer learns its number when the event that brings it is let in
    QgsApplication.processEvents()
    return {"rows": rows, "count": layer.featureCount(), "taken": taken}


def edit(source: Sequence[str], change: Any = (), move: Any = (), add: Any = (), remove: Any = ()) -> dict[str, Any]:
    """Change features in one session of editing, and save it; those to change are named by expressions."""
    layer = opened(source)
    layer.startEditing()
    for where, name, value in change:
        layer.changeAttributeValue(found(layer, where), layer.fields().indexFromName(name), value)
    for where, place in move:
        layer.changeGeometry(found(layer, where), QgsGeometry.fromWkt(place))
    for values, place in add:
        layer.addFeature(feature(layer, values, place))
    for where in remove:
        layer.deleteFeature(found(layer, where))
    return {"saved": layer.commitChanges(), "errors": layer.commitErrors()}


def found(layer: Any, where: str) -> int:
    return next(layer.getFeatures(request(expression=where))).id()


def feature(layer: Any, values: dict[str, Any], place: str) -> Any:
    made = QgsFeature(layer.fields())
    for name, value in values.items():
        made[name] = value
    made.setGeometry(QgsGeometry.fromWkt(place))
    return made


def styled(source: Sequence[str], colour: str, label: str = "") -> Any:
    layer = opened(source)
    layer.setSubsetString("")
    symbol = layer.renderer().symbol()
    symbol.setColor(QColor(colour))
    if layer.geometryType() == QgsWkbTypes.LineGeometry:
        symbol.setWidth(0.9)
    if label:
        settings, buffer = QgsPalLayerSettings(), QgsTextBufferSettings()
        settings.fieldName = label
        form = settings.format()
        buffer.setEnabled(True)
        form.setBuffer(buffer)
        form.setSize(9)
        settings.setFormat(form)
        layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
        layer.setLabelsEnabled(True)
    return layer


def draw(drawn: Sequence[Any], extent: Sequence[float], path: str, crs: str) -> dict[str, Any]:
    """Draw layers, each a source with its colour and perhaps a label, the first one on top; count the colours."""
    settings = QgsMapSettings()
    settings.setLayers([styled(*one) for one in drawn])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(crs))
    settings.setExtent(QgsRectangle(*extent))
    settings.setOutputSize(QSize(900, 640))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(path)
    bits = image.convertToFormat(QImage.Format_RGB32).constBits()
    bits.setsize(image.sizeInBytes())
    pixels = Counter(memoryview(bytes(bits)).cast("I"))
    errors = [error.message for error in job.errors()]
    return {"colours": {f"#{pixel & 0xFFFFFF:06x}": n for pixel, n in pixels.most_common(60)}, "errors": errors}


def close() -> None:
    """Let go of all layers."""
    layers.clear()


def answer(line: str) -> dict[str, Any]:
    asked.clear()
    told.clear()
    question = json.loads(line)
    done = globals()[question.pop("do")](**question) or {}
    QgsApplication.processEvents()
    return {**done, "asked": list(asked), "told": list(told)}


def note(text: str, tag: str, level: int) -> None:
    if level in (Qgis.Warning, Qgis.Critical):
        told.append([tag, text])


def main() -> None:
    # what QGIS itself prints is not an answer
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    app = QgsApplication([], False)
    app.initQgis()
    requests = QgsNetworkAccessManager.instance().requestAboutToBeCreated[QgsNetworkRequestParameters]
    requests.connect(lambda one: asked.append(one.request().url().toString()))
    app.messageLog().messageReceived.connect(note)
    print(json.dumps(Qgis.QGIS_VERSION), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line)), file=out, flush=True)


main()
