"""The colours that belong to the map itself and not to a layer."""

GROUND = "#eef1f4"
"""The quiet ground under a map without a base map."""

INK, HALO = "#25303b", "rgba(255, 255, 255, 0.92)"
"""Text, and what keeps it readable over anything."""

PAPER = "#ffffff"

NEUTRAL = "#4a6078"
"""What stands for many features of different colours."""
