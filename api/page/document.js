// Draws the features of a document on a small map, without any base map, in the layer's own colours.
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const features = read("features").filter((f) => f.geometry);
const look = read("look");
const place = document.getElementById("map");

function color(feature) {
  return look.cases?.[feature.properties[look.field]] ?? look.other;
}

function labelled(feature, layer) {
  const label = document.createElement("span");
  label.textContent = feature.id;
  layer.bindTooltip(label);
  const row = [...document.querySelectorAll("tbody a")].find((link) => link.textContent === feature.id);
  if (row) layer.on("click", () => location.assign(row.href));
}

function draw() {
  const map = window.L.map(place, { attributionControl: false, preferCanvas: true });
  const drawn = window.L.geoJSON(features, {
    pointToLayer: (_, at) => window.L.circleMarker(at, { radius: 5, weight: 1, fillOpacity: 0.85 }),
    style: (feature) => ({ color: color(feature), fillColor: color(feature), weight: 1.5 }),
    onEachFeature: labelled,
  }).addTo(map);
  window.L.control.scale({ imperial: false }).addTo(map);
  map.fitBounds(drawn.getBounds(), { maxZoom: 16, padding: [20, 20] });
}

if (features.length === 0) place.remove();
else draw();
