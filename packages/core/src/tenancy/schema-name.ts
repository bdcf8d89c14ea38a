/**
 * Whether a name for the schema of a tenancy is valid: lower-case letters, digits and _, at most 50, so
 * that it needs no quotes and can prefix other names. Refused are names of PostgreSQL, `public`, which
 * others write to, and `app`, the prefix of the settings of every tenancy.
 */
export const isSchemaName = (name: unknown): name is string =>
  typeof name === 'string' &&
  /^[a-z][a-z0-9_]{0,49}$/.test(name) &&
  !/^pg_/.test(name) &&
  !taken.has(name);

/** Reserved schemas, and the words of all versions that need quotes as a name before a dot. */
const taken = new Set(
  `public information_schema app
   all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
   collation column concurrently constraint create cross current_catalog current_date current_role
   current_schema current_time current_timestamp current_user default deferrable desc distinct do else
   end except false fetch for foreign freeze from full grant group having ilike in initially inner
   intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not
   notnull null offset on only or order outer overlaps placing primary references returning right select
   session_user similar some symmetric system_user table tablesample then to trailing true union unique
   user using variadic verbose when where window with`.split(/\s+/),
);
