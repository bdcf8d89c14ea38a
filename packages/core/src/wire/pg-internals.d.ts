// The two places where this package uses more of pg than its public types; test/wire tests both.
declare module 'pg/lib/utils.js' {
  const utils: { prepareValue(value: unknown): string | Buffer | null };
  export = utils;
}
