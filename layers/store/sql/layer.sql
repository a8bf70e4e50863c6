-- What every layer's table gets: an index by key and one by revision.
CREATE UNIQUE INDEX "{table}_key" ON "{table}" ("{key}");
CREATE INDEX "{table}_revision" ON "{table}" (om_rev, fid);
