// Draws the overlays of a Leaflet map. What a row holds only ever becomes text, never markup.
//
// spec: {name, title: [zh, en], key, label, labelZoom, order, palette: [colour],
//        fields: [{key, zh, en, unit, names: {code: [zh, en]}}], looks: {point, line, area: path options}}
// A feature's properties are keyed by field key; beside them `c` is its place in the palette, `x` and `y` where its
// label stands.
const onemap = (() => {
  const INK = "#25303b";
  const BRIEF = 8;
  const MOST_LABELS = 400;
  const NARROW = 700;
  /** Labels from a zoom below this name whole parts of the city. */
  const GENERAL = 9;
  const KINDS = {
    Point: "point", MultiPoint: "point",
    LineString: "line", MultiLineString: "line",
    Polygon: "area", MultiPolygon: "area", GeometryCollection: "area",
  };
  const drawers = [];
  /** How much of their size things have at the map's zoom. */
  let grown = 1;
  const figures = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 4, useGrouping: "min2" });
  const ruler = document.createElement("canvas").getContext("2d");

  const element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    made.className = className;
    made.append(...children);
    return made;
  };

  const both = ([zh, en]) => {
    const made = element("span", "", zh);
    if (en && en !== zh) made.append(" ", element("small", "", en));
    return made;
  };

  const plain = (field, value) => {
    const named = Object.hasOwn(field.names, value) && field.names[value];
    if (named) return named;
    const written = typeof value === "number" ? figures.format(value) : String(value);
    return [field.unit ? `${written} ${field.unit}` : written, ""];
  };

  const colorOf = (spec, feature) => spec.palette[feature.properties.c ?? 0];

  /** A look's sizes at the map's zoom. */
  const sized = ({ radius, weight }) => (radius ? { radius: radius * grown } : { weight: weight * grown });

  const styled = (spec, feature) => {
    const kind = KINDS[feature.geometry.type];
    const color = colorOf(spec, feature);
    const look = { color, fillColor: color, ...spec.looks[kind] };
    return { ...look, ...sized(look) };
  };

  const nameOf = (spec, feature) => {
    const key = spec.label && spec.label in feature.properties ? spec.label : spec.key;
    const field = spec.fields.find((each) => each.key === key);
    return field && key in feature.properties ? plain(field, feature.properties[key])[0] : "";
  };

  const card = (spec, feature, most) => {
    const { properties } = feature;
    const rows = spec.fields.filter((field) => field.key in properties).map((field) => element("tr", "",
      element("th", "", both([field.zh, field.en])), element("td", "", both(plain(field, properties[field.key])))));
    const swatch = element("i", `om-swatch om-${KINDS[feature.geometry.type]}`);
    swatch.style.setProperty("--ink", colorOf(spec, feature));
    const head = element("p", "om-kind", swatch, both(spec.title));
    const made = element("div", "om-card", head, element("h2", "", nameOf(spec, feature)),
      element("table", "", element("tbody", "", ...rows.slice(0, most))));
    if (rows.length > most) made.append(element("p", "om-more", both(["点击看全部", "Click for all"])));
    return made;
  };

  const handlers = (spec) => {
    const tip = L.tooltip({ className: "om-tip", direction: "auto", opacity: 1, offset: [10, 0] });
    const popup = L.popup({ className: "om-popup", maxWidth: 340, minWidth: 200, maxHeight: 320 });
    const shown = new WeakMap();
    return {
      mouseover({ target, latlng }) {
        const map = target._map;
        if (popup.isOpen()) return;
        shown.set(target, map);
        if (target.setStyle) target.setStyle({ color: INK });
        map.openTooltip(tip.setContent(card(spec, target.feature, BRIEF)).setLatLng(latlng));
      },
      mousemove({ latlng }) {
        if (tip.isOpen()) tip.setLatLng(latlng);
      },
      mouseout({ target }) {
        if (target.setStyle) target.setStyle(styled(spec, target.feature));
        shown.get(target)?.closeTooltip(tip);
      },
      click({ target, latlng }) {
        const map = target._map;
        map.closeTooltip(tip).openPopup(popup.setContent(card(spec, target.feature)).setLatLng(latlng));
      },
    };
  };

  const ring = (spec, cluster) => {
    const votes = new Map();
    for (const marker of cluster.getAllChildMarkers()) {
      const color = colorOf(spec, marker.feature);
      votes.set(color, (votes.get(color) ?? 0) + 1);
    }
    const [[most]] = [...votes].sort((one, other) => other[1] - one[1]);
    const many = cluster.getChildCount();
    const size = 28 + 6 * Math.floor(Math.log10(many));
    const circle = element("span", "om-cluster", figures.format(many));
    circle.style.setProperty("--ink", most);
    return L.divIcon({ html: circle, className: "", iconSize: [size, size] });
  };

  /** Makes what a layer is drawn with: Leaflet's options for its GeoJSON, and `fill` to give it its rows. */
  const drawer = (spec) => {
    const hands = handlers(spec);
    const made = {
      spec,
      style: (feature) => styled(spec, feature),
      pointToLayer: (feature, latlng) => L.circleMarker(latlng, styled(spec, feature)),
      onEachFeature: (feature, layer) => layer.on(hands),
      ring: (cluster) => ring(spec, cluster),
      fill(group, rows) {
        made.group = group;
        group.addData(rows);
      },
    };
    drawers.push(made);
    drawers.sort((one, other) => one.spec.order - other.spec.order);
    return made;
  };

  /** Puts shown overlays into their order again; one switched on would otherwise cover those above it. */
  const stack = (map) => {
    for (const { group } of drawers) if (map.hasLayer(group)) group.bringToFront();
  };

  const stand = (map, { spec }, layer) => {
    const { x, y } = layer.feature.properties;
    const point = map.latLngToContainerPoint(x === undefined ? layer.getLatLng() : [y, x]);
    return x === undefined ? point.add([0, spec.looks.point.radius * grown + 9]) : point;
  };

  const overlaps = (one, other) =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

  const box = (at, text) => {
    const half = text ? ruler.measureText(text).width / 2 + 4 : 14;
    return { left: at.x - half, right: at.x + half, top: at.y - 9, bottom: at.y + 9 };
  };

  /** Gives things the size that the zoom asks for: six tenths at 9, all at 14, half as much again at 19. */
  const grow = (map) => {
    const zoom = Math.min(19, Math.max(9, map.getZoom()));
    grown = zoom < 14 ? 0.6 + 0.08 * (zoom - 9) : 1 + 0.1 * (zoom - 14);
    for (const { spec, group } of drawers) {
      group.eachLayer((layer) => layer.setStyle(sized(spec.looks[KINDS[layer.feature.geometry.type]])));
    }
  };

  /** The screen boxes of the clusters in view; only general labels go over them. */
  const clusters = (map) => {
    const found = [];
    map.eachLayer((layer) => {
      if (layer.getChildCount) found.push(box(map.latLngToContainerPoint(layer.getLatLng()), ""));
    });
    return found;
  };

  /** The labels that are due, areas and general things first, upper layers before lower ones. */
  const due = (map) => drawers
    .filter(({ spec }) => spec.label && map.getZoom() >= spec.labelZoom)
    .sort((one, other) => one.spec.labelZoom - other.spec.labelZoom || other.spec.order - one.spec.order);

  const label = (map, each, layer, taken) => {
    const kind = KINDS[layer.feature.geometry.type];
    const general = each.spec.labelZoom < GENERAL;
    const text = nameOf(each.spec, layer.feature);
    const at = stand(map, each, layer);
    // a street comes in many pieces
    if (!text || (kind === "line" && taken.some((other) => other.text === text)) || at.x < 0 || at.y < 0 || !map.getSize().contains(at)) return null;
    const room = { ...box(at, text), text };
    if (taken.some((other) => !(general && other.cluster) && overlaps(room, other))) return null;
    taken.push(room);
    const className = `om-label om-label-${general ? "general" : kind}`;
    const icon = L.divIcon({ html: element("span", "", text), className, iconSize: null });
    return L.marker(map.containerPointToLatLng(at), { icon, interactive: false, keyboard: false, pane: "om-labels" });
  };

  /** Writes labels where there is room. */
  const write = (map, labels) => {
    const taken = clusters(map).map((room) => ({ ...room, cluster: true }));
    const most = taken.length + MOST_LABELS;
    labels.clearLayers();
    ruler.font = "12px sans-serif";
    for (const each of due(map)) {
      each.group.eachLayer((layer) => {
        if (taken.length < most && map.hasLayer(layer)) label(map, each, layer, taken)?.addTo(labels);
      });
    }
  };

  /** Whether the screen has no room for the layer switch beside the map. */
  const narrow = () => innerWidth < NARROW;

  /** Finishes a map of ours: where it opens, scale, zoom, the order of overlays, labels. */
  const finish = (map, corners) => {
    if (corners) {
      const [west, south, east, north] = corners;
      const aside = narrow() ? [18, 18] : [280, 18];
      map.fitBounds([[south, west], [north, east]], { paddingTopLeft: [18, 18], paddingBottomRight: aside, animate: false });
    }
    L.control.zoom({ position: "topleft", zoomInTitle: "放大 Zoom in", zoomOutTitle: "缩小 Zoom out" }).addTo(map);
    L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
    map.createPane("om-labels").style.cssText = "z-index: 620; pointer-events: none";
    const labels = L.layerGroup().addTo(map);
    const draw = () => write(map, labels);
    map.on("overlayadd", () => stack(map));
    map.on("zoomend", () => grow(map));
    grow(map);
    map.on("moveend overlayadd overlayremove", draw);
    draw();
  };

  return { drawer, finish, narrow };
})();
