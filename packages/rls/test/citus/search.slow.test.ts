import { randomUUID } from 'node:crypto';
import { withClient } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/index.ts';
import { matches, matchesText } from '../../src/index.ts';
import { searchSchema } from '../fixtures/search-schema.ts';
import { entries, onCitusWith } from './world.ts';

const { tenancy, ...schema } = searchSchema('citus');
const { documents, letters, contacts, events } = schema;
const extensions = ['pg_trgm', 'citext', 'btree_gin'].map(
  (extension) => `create extension if not exists ${extension}`,
);
const [acme, globex] = [randomUUID(), randomUUID()];

onCitusWith(
  'searches',
  { tenancy, schema },
  (world) => {
    describe.each(entries)('through %s', (entry) => {
      const db = () => drizzle(world().pool(entry) as never);
      const query = (tenant: string, text: string, values: readonly unknown[] = []) =>
        world().as(tenant, () =>
          world()
            .pool(entry)
            .query(text, [...values]),
        );
      const seed = async (tenant: string) => {
        await query(tenant, 'delete from documents');
        await query(
          tenant,
          `insert into documents (title, body, meta, email) values
            ('100% sure', 'The annual report of cats', '{"status":"open","tags":["a"]}', 'Ann@Example.com'),
            ('100 sure', 'Nothing here', '{"status":"closed"}', 'bob@example.com'),
            ('back\\slash under_score', 'Reporting cat', '[]', null),
            ('Ünïcode 🎉 ÄÖ', 'cat -report', '{}', 'ÜNI@example.com')`,
        );
      };
      const titles = (column: Parameters<typeof matches>[0], searched: unknown, tenant = acme) =>
        world().as(tenant, async () => {
          const rows = await db()
            .select({ title: documents.title })
            .from(documents)
            .where(matches(column, searched));
          return rows.map(({ title }) => title).sort();
        });

      test('find rows of the tenant by every kind', async () => {
        await seed(acme);
        await seed(globex);
        expect(await titles(documents.title, '100%')).toEqual(['100% sure']);
        expect(await titles(documents.title, 'ÄÖ')).toEqual(['Ünïcode 🎉 ÄÖ']);
        expect(await titles(documents.title, '')).toEqual([]);
        expect(await titles(documents.body, 'report')).toHaveLength(3);
        expect(await titles(documents.words, 'REPORTING')).toEqual(['back\\slash under_score']);
        expect(await titles(documents.meta, { status: 'open' })).toEqual(['100% sure']);
        expect(await titles(documents.email, 'ann@EXAMPLE.com')).toEqual(['100% sure']);
      });

      test('see what the transaction has written', async () => {
        await seed(acme);
        await world().as(acme, () =>
          world()
            .pool(entry)
            .transaction(async (tx) => {
              await tx.query("insert into documents (title, body) values ('new', 'A fresh melon')");
              const { text, values } = matchesText(documents.body, 'melons');
              const { rows } = await tx.query(`select title from documents where ${text}`, [
                ...values,
              ]);
              expect(rows).toEqual([{ title: 'new' }]);
              const changed = await tx.query(
                `update documents set title = 'newer' where ${text} returning title`,
                [...values],
              );
              expect(changed.rows).toEqual([{ title: 'newer' }]);
              await tx.query(`delete from documents where ${text}`, [...values]);
              expect(
                (await tx.query(`select title from documents where ${text}`, [...values])).rows,
              ).toEqual([]);
            }),
        );
      });

      test('the newest first, and no more', async () => {
        await seed(acme);
        const rows = await world().as(acme, () =>
          db()
            .select()
            .from(documents)
            .where(matches(documents.body, 'cat', { first: 2 })),
        );
        expect(rows).toHaveLength(2);
      });

      test('in an update and a delete', async () => {
        await seed(acme);
        await seed(globex);
        await world().as(acme, async () => {
          await db()
            .update(documents)
            .set({ body: 'A yearly report' })
            .where(matches(documents.body, 'annual'));
          expect(await titles(documents.body, 'yearly')).toEqual(['100% sure']);
          await db().delete(documents).where(matches(documents.body, 'yearly'));
          expect(await titles(documents.body, 'yearly')).toEqual([]);
        });
        expect(await titles(documents.body, 'annual', globex)).toEqual(['100% sure']);
      });

      test('are one task, and so is what they write', async () => {
        await seed(acme);
        const { text, values } = matchesText(documents.title, 'sure');
        for (const statement of [
          `select * from documents where ${text}`,
          `with found as (select id from documents where ${text}) select d.title from documents d join found using (id)`,
          `update documents set title = 'x' where ${text}`,
          `delete from documents where ${text}`,
        ]) {
          const { rows } = await query(acme, `explain (costs off) ${statement}`, values);
          const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
          expect(plan).toContain('Task Count: 1');
          expect(plan).toContain('InitPlan'); // once a statement
        }
      });

      test('stand beside other conditions, of an alias, and of names that are quoted', async () => {
        await seed(acme);
        const { text, values } = matchesText(documents.body, 'report', { from: 2, as: 'd' });
        const { rows } = await query(
          acme,
          `select title from documents d where title = $1 and ${text}`,
          ['100% sure', ...values],
        );
        expect(rows).toEqual([{ title: '100% sure' }]);
        await query(
          acme,
          `insert into crm."Kontakte & Größen %" ("Last 'näme' %") values ('Müller')`,
        );
        const found = await world().as(acme, () =>
          db().select().from(contacts).where(matches(contacts['last name'], 'üll')),
        );
        expect(found[0]).toMatchObject({ organizationId: acme, 'last name': 'Müller' });
      });

      test('find rows by their id where the table may be partitioned', async () => {
        await query(acme, `delete from events`);
        await query(acme, `insert into events (body) values ('an apple'), ('a pear')`);
        const rows = await world().as(acme, () =>
          db().select().from(events).where(matches(events.body, 'apples')),
        );
        expect(rows.map(({ body }) => body)).toEqual(['an apple']);
      });

      test('find no row of another tenant, by any kind', async () => {
        await seed(acme);
        await query(globex, 'delete from documents');
        await query(
          globex,
          `insert into documents (title, body, meta, email) values ('A secret', 'The plan', '{"of":"globex"}', 'ceo@globex.com')`,
        );
        for (const [column, searched] of [
          [documents.title, 'Secret'],
          [documents.body, 'plan'],
          [documents.words, 'plan'],
          [documents.meta, { of: 'globex' }],
          [documents.email, 'CEO@globex.com'],
        ] as const) {
          const { text, values } = matchesText(column, searched);
          const [, call = ''] = /any\(\((select .*)\)::tid\[\]\)/.exec(text) ?? [];
          const found = async (tenant: string) => {
            const places = await query(
              tenant,
              `select cardinality((${call})) as n from documents limit 1`,
              values,
            );
            const rows = await query(tenant, `select from documents where ${text}`, values);
            return [places.rows[0].n, rows.rowCount];
          };
          expect(await found(acme)).toEqual([null, 0]);
          expect(await found(globex)).toEqual([1, 1]); // the control
        }
      });

      test('of rows that a condition hides find none, and first counts what is seen', async () => {
        await query(acme, 'delete from letters');
        for (let i = 0; i < 10; i++)
          await world().system(() =>
            world()
              .pool(entry)
              .query(
                `insert into letters (organization_id, body, number, secret) values ($1, 'a letter', $2, $3)`,
                [acme, i, i >= 5],
              ),
          );
        const rows = await world().as(acme, () =>
          db()
            .select({ n: letters.number })
            .from(letters)
            .where(matches(letters.body, 'letter', { first: 2 })),
        );
        expect(rows.map(({ n }) => n).sort()).toEqual([3, 4]);
      });

      test('are refused where no statement on the table holds the rows still', async () => {
        const { text, values } = matchesText(documents.title, 'sure');
        const [, call = ''] = /any\(\((select .*)\)::tid\[\]\)/.exec(text) ?? [];
        await expect(query(acme, call, values)).rejects.toMatchObject({ code: '0A000' });
      });

      test('of a frequent word read the newest rows, and find the newest', async () => {
        await query(acme, 'delete from documents');
        await query(
          acme,
          `insert into documents (title, body, created_at)
           select case when n % 3 = 0 then 'often' else 'plain' end || n, 'x', now() - n * interval '1 s'
           from generate_series(1, 300) n returning id`,
        );
        for (const [searched, first, wanted] of [
          ['often', 3, [3, 6, 9]],
          ['plain', 2, [1, 2]],
          ['often300', 5, [300]],
        ] as const) {
          const { text, values } = matchesText(documents.title, searched, { first });
          const { rows } = await query(
            acme,
            `select title from documents where ${text} order by created_at desc`,
            values,
          );
          expect(rows.map(({ title }) => Number(title.replace(/\D/g, '')))).toEqual(wanted);
        }
      });
    });

    test('find and change no row that does not match, while rows move', async () => {
      const pool = (i: number) => world().pool(entries[i % 2] as (typeof entries)[number]);
      const run = (i: number, text: string, values: readonly unknown[] = []) =>
        world().as(acme, () => pool(i).query(text, [...values]));
      await run(0, 'delete from documents');
      await run(
        0,
        `insert into documents (title, body) select case when n % 2 = 0 then 'alpha' else 'omega' end, 'x'
         from generate_series(1, 40) n returning id`,
      );
      const { rows: all } = await run(0, 'select id from documents');
      const swap = `update documents set title = case when title = 'alpha' then 'omega' else 'alpha' end where id = $1`;
      const { text, values } = matchesText(documents.title, 'alpha');
      const found = await Promise.all(
        Array.from({ length: 160 }, async (_, i) => {
          const { id } = all[(i * 7) % all.length] as { id: string };
          if (i % 20 === 1)
            await withClient(world().url, (client) => client.query('vacuum documents'));
          else if (i % 3 === 1) return run(i, `select title from documents where ${text}`, values);
          else if (i % 3 === 2)
            return run(
              i,
              `update documents set body = 'found' where ${text} and id = $3 returning title`,
              [...values, id],
            );
          else await run(i, swap, [id]);
          return { rows: [] };
        }),
      );
      const titles = found.flatMap(({ rows }) => rows.map(({ title }) => title));
      expect(new Set(titles)).toEqual(new Set(['alpha']));
    });

    test('use their index on the shard, as the role that searches', async () => {
      const { root } = world();
      await root.query(
        `insert into documents (organization_id, title, body, meta)
         select $1, repeat(md5(n::text), 5), md5(n::text), jsonb_build_object('n', n) from generate_series(1, 10000) n`,
        [acme],
      );
      await root.query('vacuum analyze documents');
      await root.query('set role system');
      for (const [condition, index] of [
        [`title ilike '%needle%'`, 'documents_title_search'],
        [`to_tsvector('pg_catalog.english', body) @@ 'needle'`, 'documents_body_search'],
        [`words @@ 'needle'`, 'documents_words_search'],
        [`meta @> '{"a":1}'`, 'documents_meta_search'],
      ]) {
        const { rows } = await root.query(
          `explain (costs off) select array_agg(ctid) from documents where organization_id = '${acme}' and ${condition}`,
        );
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).toContain('Task Count: 1');
        expect(plan).toContain(index);
      }
      await root.query('reset role');
    });

    test('are what doctor expects', async () => {
      const { findings } = await diagnose(world().root, { tenancy, schema });
      expect(findings.filter(({ rule }) => !/^(login-powers|large-objects)$/.test(rule))).toEqual(
        [],
      );
    });
  },
  { before: extensions },
);
