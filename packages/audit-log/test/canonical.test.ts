import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../src/verify/index.ts';
import { jsonbText } from '../src/verify/json-text.ts';
import { createTree, pathOf, rootFromPath, rootOf } from '../src/verify/merkle.ts';
import { audit } from './fixtures/schema.ts';
import { world } from './support/world.ts';

const { pool, ask, asAda, system } = await world();

/** Any JSON text: numbers of any size and spelling, any keys, spaces anywhere. */
const text = fc
  .string({ unit: 'binary' })
  .filter((s) => !s.includes('\0') && !/\p{Surrogate}/u.test(s));
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }).map(String),
  fc
    .tuple(fc.integer(), fc.nat(), fc.integer({ min: -40, max: 40 }))
    .map(([a, b, e]) => `${a}.${b}0e${e}`),
  fc.constantFrom(
    '0',
    '-0',
    '0.0',
    '-0.00',
    '1.0',
    '1e0',
    '0e10',
    '1E5',
    '10.500',
    '1e-7',
    '123e-2',
  ),
);
const { json } = fc.letrec<{ json: string; leaf: string; list: string; object: string }>((tie) => ({
  json: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('list'), tie('object')),
  leaf: fc.oneof(
    fc.constantFrom('true', 'false', 'null'),
    number,
    text.map((t) => JSON.stringify(t)),
  ),
  list: fc.array(tie('json'), { maxLength: 4 }).map((items) => `[ ${items.join(' ,')}]`),
  object: fc
    .array(fc.tuple(text, tie('json')), { maxLength: 5 })
    .map(
      (pairs) =>
        `{${pairs.map(([key, value]) => `${JSON.stringify(key)} :\t${value}`).join(',\n')} }`,
    ),
}));

describe('the same bytes in SQL and in JavaScript', () => {
  test('for any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(json, { minLength: 20, maxLength: 40 }), async (texts) => {
        const rows = await ask<{ text: string }>(
          'select t::jsonb::text as text from unnest($1::text[]) with ordinality u (t, i) order by i',
          [texts],
        );
        expect(texts.map(jsonbText)).toEqual(rows.map((row) => row.text));
      }),
      { numRuns: 40 },
    );
  });

  test('for any entry, in any time zone, date style and number format', async () => {
    const sessions = ['UTC', 'Pacific/Chatham', 'America/St_Johns'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ json, word: text, zone: fc.constantFrom(...sessions) }), {
          minLength: 5,
          maxLength: 10,
        }),
        async (entries) => {
          await asAda(async () => {
            const client = await pool.connect();
            for (const { json: metadata, word, zone } of entries) {
              await client.query('begin');
              await client.query(`set local time zone '${zone}'`);
              await client.query(`set local datestyle = 'German'`);
              await client.query(`set local extra_float_digits = 0`);
              await client.query(
                'select tenantry.audit_write($1, $2, $3, metadata => $4, personal => $5, reason => $6)',
                ['random', `${word}-`, word, metadata, metadata, word],
              );
              await client.query('commit');
            }
            client.release();
          });
          const report = await system(() => audit.verify(pool));
          expect(report.findings).toEqual([]);
        },
      ),
      { numRuns: 5 },
    );
  });

  test('for an adopted entry, with an address of a network and times before 1970 and after 9999', () => {
    const entry = {
      tenant: 't',
      id: 'i',
      createdAt: '1969-12-31T23:59:59.999999Z',
      source: 'entry',
      action: 'a',
      resourceType: 'r',
      resourceId: null,
      metadata: '{"b": 1, "a": 2}',
      personal: null,
      actorType: 'user',
      actorId: 'u',
      onBehalfOf: null,
      ip: '10.0.0.0/8',
      requestId: null,
      reason: null,
      transactionId: '0',
      salt: '00'.repeat(16),
      contentHash: '',
      erased: null,
    };
    expect(contentHash(entry)).toMatch(/^[0-9a-f]{64}$/);
    expect(contentHash({ ...entry, metadata: '{"a":2,"b":1}' })).toBe(contentHash(entry));
  });
});

describe('the Merkle tree', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => Buffer.from(b));

  test('has the root that the database computes, for any number of leaves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 70 }), async (leaves) => {
        const [row] = await ask<{ root: Buffer }>(
          'select tenantry.audit_root($1::bytea[]) as root',
          [leaves],
        );
        expect(rootOf(leaves)).toEqual(row?.root);
      }),
      { numRuns: 40 },
    );
  });

  test('proves each leaf, and no other at its place', () => {
    fc.assert(
      fc.property(
        fc.array(bytes, { minLength: 1, maxLength: 40 }),
        fc.nat(),
        fc.nat(),
        (leaves, a, b) => {
          const index = a % leaves.length;
          const tree = createTree();
          for (const leaf of leaves) tree.add(leaf);
          const path = pathOf(leaves, index);
          const root = tree.root();
          expect(rootFromPath(leaves[index] as Buffer, index, leaves.length, path)).toEqual(root);
          const other = b % leaves.length;
          if (leaves[other]?.equals(leaves[index] as Buffer)) return;
          expect(rootFromPath(leaves[other] as Buffer, index, leaves.length, path)).not.toEqual(
            root,
          );
        },
      ),
    );
  });
});
