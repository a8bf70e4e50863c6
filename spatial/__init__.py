"""Pure geometry and time: no SQL, no HTTP, no settings, no layer's name."""
