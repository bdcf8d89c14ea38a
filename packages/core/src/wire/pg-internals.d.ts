// The two places where this package reads pg beyond its public types; test/wire pins both.
declare module 'pg/lib/utils.js' {
  const utils: { prepareValue(value: unknown): string | Buffer | null };
  export = utils;
}
