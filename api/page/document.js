// Draws the features of a document on a small map, without any base map.
const features = JSON.parse(document.getElementById("features").textContent).filter((f) => f.geometry);
const place = document.getElementById("map");
if (features.length === 0) {
  place.remove();
} else {
  const map = window.L.map(place, { attributionControl: false, preferCanvas: true });
  const drawn = window.L.geoJSON(features, {
    pointToLayer: (_, at) => window.L.circleMarker(at, { radius: 5, weight: 1, fillOpacity: 0.8 }),
    style: { color: "#2f6fde", weight: 1.5 },
    onEachFeature: (feature, layer) => {
      const label = document.createElement("span");
      label.textContent = feature.id;
      layer.bindTooltip(label);
    },
  }).addTo(map);
  window.L.control.scale({ imperial: false }).addTo(map);
  map.fitBounds(drawn.getBounds(), { maxZoom: 16, padding: [20, 20] });
}
