import fc from 'fast-check';

const nasty = [
  '',
  ' ',
  'null',
  '__proto__',
  'constructor',
  "'; drop table users; --",
  '<img src=x onerror=alert(1)>',
  '%00',
  '\u202e𝕬\u0301',
  '日本語',
  '../../etc/passwd',
  '9'.repeat(40),
  'x'.repeat(5000),
];

/**
 * Paths of an application, with ids of one's own, ids of another tenant, and what is no id.
 *
 * @param paths With parameters: `/api/projects/:project`.
 * @param keys Of their queries.
 */
export function wildPaths(
  paths: readonly string[],
  ids: readonly string[],
  keys: readonly string[],
): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.uuid() },
    { weight: 2, arbitrary: fc.constantFrom(...nasty) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  );
  const query = fc.oneof(
    fc.constant(''),
    fc
      .array(fc.tuple(fc.constantFrom('after', 'limit', '__proto__', ...keys), piece), {
        maxLength: 4,
      })
      .map((pairs) => `?${pairs.map(([key, value]) => `${key}=${encoded(value)}`).join('&')}`),
    fc.constantFrom(
      '?limit=100',
      '?limit=1e9',
      '?limit=-1',
      '?limit=1&limit=2',
      '?%',
      '?after=W10',
    ),
  );
  return fc
    .tuple(fc.constantFrom(...paths), fc.array(piece, { minLength: 4, maxLength: 4 }), query)
    .map(([path, pieces, rest]) => {
      let next = 0;
      return `${path.replace(/:\w+/g, () => encoded(pieces[next++] ?? ''))}${rest}`;
    });
}

const encoded = (value: string) =>
  encodeURIComponent(Buffer.from(value, 'utf8').toString('utf8')).replace(/%2F/g, '/');

/**
 * Bodies: what a route wants, what it does not, and what is no JSON. undefined is none.
 *
 * @param keys Of all bodies.
 * @param values That some of them take, such as the names of roles.
 */
export function wildBodies(
  ids: readonly string[],
  keys: readonly string[],
  values: readonly unknown[],
): fc.Arbitrary<string | undefined> {
  const value = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom<unknown>(...ids, ...nasty, ...values),
    },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const object = fc
    .dictionary(fc.constantFrom('__proto__', ...keys), value, { maxKeys: 4 })
    .map((fields) => JSON.stringify(fields));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 8, arbitrary: object },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '',
        '{',
        'null',
        '[]',
        '"text"',
        '{"__proto__": {"isAdmin": true}}',
        '{"constructor": {"prototype": {}}}',
        `{"name": ${'['.repeat(2000)}${']'.repeat(2000)}}`,
        `{"title": "\\u0000"}`,
      ),
    },
  );
}
