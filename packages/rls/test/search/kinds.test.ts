import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { describe, expect, test } from 'vitest';
import { matches, matchesText } from '../../src/index.ts';
import { contacts, documents } from '../fixtures/search-schema.ts';
import { acme, as, globex, searchDatabase } from './support.ts';

const { root, pool } = await searchDatabase();
const db = drizzle(pool as never);

for (const tenant of [acme, globex]) {
  await root.query(
    `insert into documents (organization_id, title, body, meta, email) values
      ($1, '100% sure', 'The annual report of cats', '{"status":"open","tags":["a"]}', 'Ann@Example.com'),
      ($1, '100 sure', 'Nothing here', '{"status":"closed"}', 'bob@example.com'),
      ($1, 'back\\slash under_score', 'Reporting cat', '[]', null),
      ($1, 'Ünïcode 🎉 ÄÖ', 'cat -report', '{}', 'ÜNI@example.com')`,
    [tenant.id],
  );
  await root.query(
    `insert into crm."Kontakte & Größen %" (organization_id, "Last 'näme' %") values ($1, 'Müller')`,
    [tenant.id],
  );
}

const titles = (column: Parameters<typeof matches>[0], query: unknown) =>
  as(acme, async () => {
    const rows = await db
      .select({ title: documents.title })
      .from(documents)
      .where(matches(column, query));
    return rows.map(({ title }) => title).sort();
  });

describe('a substring', () => {
  test.each([
    ['100%', ['100% sure']],
    ['100', ['100 sure', '100% sure']],
    ['_', ['back\\slash under_score']],
    ['K\\S', ['back\\slash under_score']],
    ['ÄÖ', ['Ünïcode 🎉 ÄÖ']],
    ['🎉', ['Ünïcode 🎉 ÄÖ']],
    ['', []],
    [' \t', []],
    ["'; drop table documents; --", []],
    ['$1', []],
  ])('%j', async (query, found) => {
    expect(await titles(documents.title, query)).toEqual(found);
  });
});

describe('full text', () => {
  test.each([
    ['report', 3],
    ['"annual report"', 1],
    ['report -annual', 2],
    ['report or nothing', 4],
    ['', 0],
    ['the', 0],
    [`"unended ( & | ! :* <-> '`, 0],
  ])('%j', async (query, count) => {
    expect(await titles(documents.body, query)).toHaveLength(count);
  });

  test('of a tsvector column', async () => {
    expect(await titles(documents.words, 'REPORTING')).toEqual(['back\\slash under_score']);
  });
});

describe('JSON that is contained', () => {
  test.each([
    [{ status: 'open' }, ['100% sure']],
    [{ tags: ['a'] }, ['100% sure']],
    [{ status: 'o' }, []],
    [{}, []],
    [[], []],
    ['open', []],
    [null, []],
  ])('%j', async (query, found) => {
    expect(await titles(documents.meta, query)).toEqual(found);
  });
});

test('the same text in any case', async () => {
  expect(await titles(documents.email, 'ann@EXAMPLE.com')).toEqual(['100% sure']);
  expect(await titles(documents.email, 'ann@example')).toEqual([]);
  expect(await titles(documents.email, '')).toEqual([]);
});

test('the newest first, and no more', async () => {
  const rows = await as(acme, () =>
    db
      .select()
      .from(documents)
      .where(matches(documents.body, 'cat', { first: 2 })),
  );
  expect(rows).toHaveLength(2);
});

test('beside other conditions, in an update, and of an alias', async () => {
  await as(acme, async () => {
    const { alias } = await import('drizzle-orm/pg-core');
    const d = alias(documents, 'd');
    const rows = await db.select({ title: d.title }).from(d).where(matches(d.body, 'annual'));
    expect(rows).toEqual([{ title: '100% sure' }]);
    await db
      .update(documents)
      .set({ body: 'A yearly report' })
      .where(matches(documents.body, 'annual'));
    const again = await db.select().from(documents).where(matches(documents.body, 'yearly'));
    expect(again).toHaveLength(1);
    expect(await db.select().from(documents).where(eq(documents.title, '100 sure'))).toHaveLength(
      1,
    );
  });
});

test('names that have to be quoted', async () => {
  const rows = await as(acme, () =>
    db.select().from(contacts).where(matches(contacts['last name'], 'üll')),
  );
  expect(rows).toMatchObject([{ organizationId: acme.id, 'last name': 'Müller' }]);
});

test('through raw pg', async () => {
  const { text, values } = matchesText(documents.body, 'report', { from: 2, as: 'd' });
  const { rows } = await as(acme, () =>
    pool.query(`select title from documents d where title = $1 and ${text}`, [
      '100% sure',
      ...values,
    ]),
  );
  expect(rows).toEqual([{ title: '100% sure' }]);
});

test('what cannot be searched for is refused, in the application and in the database', async () => {
  const invalid = expect.objectContaining({ code: 'SEARCH_INVALID', status: 400 });
  for (const query of ['x'.repeat(1001), 'a\0b', 5, null, undefined]) {
    expect(() => matches(documents.title, query)).toThrow(invalid);
  }
  for (const query of [undefined, { a: 'x'.repeat(10_001) }, { a: '\0' }, 1n]) {
    expect(() => matches(documents.meta, query)).toThrow(invalid);
  }
  for (const first of [0, -1, 1.5, 10_001, Number.NaN]) {
    expect(() => matches(documents.title, 'x', { first })).toThrow(invalid);
  }
  expect(() => matches(documents.id, 'x')).toThrow(/not searchable/);
  expect(matches(documents.title, '🎉'.repeat(1000))).toBeDefined();
  const { text } = matchesText(documents.title, 'x');
  await expect(
    as(acme, () => pool.query(`select from documents where ${text}`, ['x'.repeat(1001), null])),
  ).rejects.toEqual(invalid);
});
