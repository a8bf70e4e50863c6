-- Where writes changed what is on the map, in degrees; ids grow with revisions, and those up to om_meta's 'dirt' are pruned.
CREATE TABLE om_dirt (
  id INTEGER PRIMARY KEY NOT NULL, layer TEXT NOT NULL, revision INTEGER NOT NULL,
  minx DOUBLE NOT NULL, miny DOUBLE NOT NULL, maxx DOUBLE NOT NULL, maxy DOUBLE NOT NULL);
CREATE INDEX om_dirt_revision ON om_dirt (revision);
INSERT INTO om_meta SELECT 'dirt', value FROM om_meta WHERE name = 'revision';
UPDATE om_meta SET value = 2 WHERE name = 'schema';
