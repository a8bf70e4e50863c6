-- Arithmetic that never fails: past all numbers it is infinite, too close to 0 it is 0, and where there is no result,
-- or no number, it is NULL. PostgreSQL's own operators stop the whole query there. Not STRICT, to be inlined.
CREATE FUNCTION om_plus(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE WHEN abs(a / 2 + b / 2) < 8.98e307 THEN a + b
    ELSE nullif(sign(a / 2 + b / 2) * 'Infinity'::float8, 'NaN') END;
CREATE FUNCTION om_times(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE WHEN abs(a) < 1e150 AND abs(b) < 1e150 AND (abs(a) > 1e-150 OR a = 0) AND (abs(b) > 1e-150 OR b = 0) THEN a * b
    WHEN a = 0 OR b = 0 THEN nullif(a * b, 'NaN')
    WHEN ln(abs(a)) + ln(abs(b)) > 709.78 THEN sign(a) * sign(b) * 'Infinity'::float8
    WHEN ln(abs(a)) + ln(abs(b)) < -744 THEN 0
    ELSE a * b END;
CREATE FUNCTION om_over(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE WHEN b = 0 OR b IS NULL THEN NULL
    WHEN abs(a) < 1e150 AND abs(b) < 1e150 AND abs(b) > 1e-150 AND (abs(a) > 1e-150 OR a = 0) THEN a / b
    WHEN a = 0 THEN 0
    WHEN abs(b) = 'Infinity' THEN nullif(a / b, 'NaN')
    WHEN ln(abs(a)) - ln(abs(b)) > 709.78 THEN sign(a) * sign(b) * 'Infinity'::float8
    WHEN ln(abs(a)) - ln(abs(b)) < -744 THEN 0
    ELSE a / b END;
CREATE FUNCTION om_div(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  nullif(nullif(trunc(om_over(a, b)), 'Infinity'), '-Infinity');
CREATE FUNCTION om_power(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE WHEN a = 0 AND b < 0 OR a < 0 AND b <> trunc(b) THEN NULL
    WHEN a IN (0, 1, 'Infinity', '-Infinity') OR abs(b) IN (0, 'Infinity') THEN power(a, b)
    WHEN om_times(b, ln(abs(a))) > 709.78 THEN NULL
    WHEN om_times(b, ln(abs(a))) < -744 THEN 0
    ELSE power(a, b) END;
-- The exact remainder, with the sign of the dividend: long division, whose products are taken apart into two numbers
-- that hold all their digits (Dekker 1971).
CREATE FUNCTION om_modulo(a float8, b float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  d float8 := abs(b); r float8 := abs(a); q float8; p float8; d1 float8; q1 float8;
BEGIN
  IF d = 0 OR r = 'Infinity' THEN RETURN NULL; END IF;
  IF r < d THEN RETURN a; END IF;
  IF r > 1e290 OR d < 1e-140 THEN RETURN sign(a) * mod(r::numeric, d::numeric)::float8; END IF;
  d1 := 134217729 * d - (134217729 * d - d);
  WHILE abs(r) >= d LOOP
    q := trunc(r / d);
    q1 := 134217729 * q - (134217729 * q - q);
    p := q * d;
    r := (r - p) - (((q1 * d1 - p) + q1 * (d - d1) + (q - q1) * d1) + (q - q1) * (d - d1));
  END LOOP;
  RETURN sign(a) * CASE WHEN r < 0 THEN r + d ELSE r END;
END $$;
-- A list, unknown as soon as one of its members is.
CREATE FUNCTION om_texts(VARIADIC said text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE WHEN array_position(said, NULL) IS NULL THEN said END;
