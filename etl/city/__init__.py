"""The living city: a seeded city whose every row is a function of the seed and the time."""
