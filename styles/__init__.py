"""How a layer looks: MapLibre, Folium, legend."""
