import { noFloatingQueries } from '../../src/rules/no-floating-queries.ts';
import { type Cases, type Invalid, runRule } from '../support/run-rule.ts';

const each = (messageId: string, suggestions: number, codes: string[]): Invalid[] =>
  codes.map((code) => ({ code, errors: [{ messageId, ...(suggestions > 0 && { suggestions }) }] }));

const cases: Cases = {
  valid: [
    'await db.select().from(projects);',
    'const rows = await pool.query("select 1");',
    'const query = db.select().from(projects); await query;',
    'async () => db.select().from(projects);',
    'function list() { return db.select().from(projects); }',
    'tenancy.run(acme, () => db.select().from(projects));',
    'tenancy.run(acme, async () => { await db.insert(projects).values(row); });',
    'await tenancy.run(acme, () => { return db.select().from(projects); });',
    'await pool.batch(() => [db.select().from(a), pool.query("select 1")]);',
    'await Promise.all([db.select().from(a), db.select().from(b)]);',
    'await Promise.all(list.map((id) => db.delete(a).where(eq(a.id, id))));',
    'tenancy.run(acme, () => Promise.all([db.select().from(a), db.select().from(b)]));',
    'tenancy.run(acme, async () => ({ rows: await db.select().from(a) }));',
    'list.forEach((id) => { ids.push(id); });',
    'const queries = list.map((id) => db.delete(a).where(eq(a.id, id)));',
    'for (const id of list) await db.delete(a).where(eq(a.id, id));',
    // what is built is no query
    'db.select().from(a).as("sub");',
    'db.select().from(a).prepare("list");',
    'db.insert(a).values(b).toSQL();',
    'db.$with("sub");',
    // pools and clients have other methods
    'pool.end(); pool.on("error", log); client.release(); client.connect();',
    'client.query("select 1", (error, result) => done(error, result));',
    'client.query(new Cursor("select 1"));',
    // of somebody else
    'client.delete("/users/1"); client.select(2); client.execute();',
    'map.delete(key); list.select(); cache.query(key);',
    'idb.db.transaction("store", "readonly");',
    'db.transaction("store");',
    'store.run(context, () => [first(), second()]);',
    'setTimeout(() => resolve(), 100); setTimeout(resolve, 100); process.nextTick(done);',
    'setInterval(() => tenancy.run(acme, () => db.select().from(a)), 1000);',
    'queue.forEach(run); (() => {})(); (async () => { await work(); })();',
    { options: [{ handles: ['store'] }], code: 'db.select().from(a);' },
  ],
  invalid: [
    ...each('lazy', 1, [
      'db.insert(projects).values(row);',
      'tx.update(a).set(b).where(c);',
      'database.delete(a);',
      'db.select().from(a).where(b).limit(1);',
      'db.query.projects.findMany({ where });',
      'db.execute(text);',
      'db.$count(projects);',
      'db.with(sub).select().from(sub);',
      'void db.insert(a).values(b);',
      'ok && db.insert(a).values(b);',
      'this.db.insert(a).values(b);',
      'c.var.db.insert(a).values(b);',
      'db?.insert(a).values(b);',
      'class Store { #db; async save() { this.#db.insert(a).values(b); } }',
      // by where it comes from
      'import { db as d } from "./db"; d.insert(a).values(b);',
      'import * as store from "./db"; store.db.insert(a).values(b);',
      'const { db: d } = open(); d.insert(a).values(b);',
      'async function f({ db: d }) { d.insert(a).values(b); }',
      'const d = db; d.insert(a).values(b);',
      'import { drizzle } from "drizzle-orm/node-postgres"; const d = drizzle(pool); d.insert(a).values(b);',
      'await db.transaction(async (t) => { t.insert(a).values(b); });',
    ]),
    ...each('lazy', 0, [
      'function f() { db.insert(a).values(b); }',
      'tenancy.run(acme, () => { db.insert(a).values(b); });',
      'const f = () => void db.insert(a).values(b);',
    ]),
    ...each('late', 1, [
      'pool.query("delete from a");',
      'const own = await pool.connect(); own.query("delete from a");',
      'const { pool: p } = open(); p.query("delete from a");',
      'db.transaction(async (tx) => { await tx.insert(a).values(b); });',
      'db.transaction(work => work.execute(a)).catch(() => {});',
      'pool.batch(() => [db.select().from(a)]);',
      'db.insert(a).values(b).catch(log);',
      'db.insert(a).values(b).then(() => {}).finally(done);',
      'void pool.query("select 1").catch(() => {});',
      'db.insertInto("a").values(b).execute();',
      'list.prepared, db.select().from(a).prepare("x").execute();',
      'Promise.all([db.select().from(a), other()]);',
      'Promise.all(list.map((id) => db.delete(a).where(id)));',
      'void Promise.allSettled(list.map(async (id) => { await db.delete(a).where(id); }));',
      '(async () => { await db.insert(a).values(b); })();',
    ]),
    ...each('ignored', 0, [
      'list.forEach((id) => db.delete(a).where(id));',
      'list.forEach((id) => { return db.delete(a).where(id); });',
      'list.forEach(async (id) => { await db.delete(a).where(id); });',
      'list.forEach(async (id) => { if (id) { const x = await pool.query("select 1"); } });',
      'list.map((id) => db.delete(a).where(id));',
      'setTimeout(() => db.delete(a), 1000);',
      'setTimeout(async () => { await db.delete(a); }, 1000);',
      'setImmediate(() => pool.query("select 1"));',
      'process.nextTick(async () => { await pool.query("select 1"); });',
    ]),
    ...each('escapes', 0, [
      'tenancy.run(acme, () => ({ rows: db.select().from(a) }));',
      'tenancy.run(acme, () => [db.select().from(a)]);',
      'pool.enter(entry, () => { return { rows: db.select().from(a) }; });',
    ]),
    ...each('escapes', 1, [
      'tenancy.asSystem(why, async () => ({ rows: db.select().from(a) }));',
      'db.transaction(async (tx) => [tx.insert(a).values(b)]).then(f, g) && x;',
    ]).map((one, at) =>
      at === 1
        ? { ...one, code: 'x = db.transaction(async (tx) => [tx.insert(a).values(b)]);' }
        : one,
    ),
    {
      code: 'ok ? db.insert(a) : db.delete(b);',
      errors: [
        { messageId: 'lazy', suggestions: 1 },
        { messageId: 'lazy', suggestions: 1 },
      ],
    },
    {
      code: 'list.forEach(async (id) => { db.delete(a).where(id); });',
      errors: [{ messageId: 'lazy', suggestions: 1 }],
    },
    {
      code: 'async () => { db.insert(a).values(b); };',
      errors: [
        {
          messageId: 'lazy',
          suggestions: [
            { messageId: 'addAwait', output: 'async () => { await db.insert(a).values(b); };' },
          ],
        },
      ],
    },
    {
      code: 'void pool.query("select 1");',
      errors: [
        {
          messageId: 'late',
          suggestions: [{ messageId: 'addAwait', output: 'await pool.query("select 1");' }],
        },
      ],
    },
    {
      code: 'tenancy.run(acme, async () => ({ rows: db.select().from(a) }));',
      errors: [
        {
          messageId: 'escapes',
          data: { what: 'an object' },
          suggestions: [
            {
              messageId: 'addAwait',
              output: 'tenancy.run(acme, async () => ({ rows: await db.select().from(a) }));',
            },
          ],
        },
      ],
    },
    {
      options: [{ handles: ['store'] }],
      code: 'store.insert(a).values(b);',
      errors: [{ messageId: 'lazy', suggestions: 1 }],
    },
  ],
};

runRule('no-floating-queries', noFloatingQueries, 'javascript', cases);
runRule('no-floating-queries', noFloatingQueries, 'typescript', {
  valid: ['await (db as Database).select().from(projects);', 'declare const db: Database;'],
  invalid: [
    ...cases.invalid,
    ...each('lazy', 1, [
      'db!.insert(a).values(b);',
      '(db as Database).insert(a).values(b as Row);',
      'async function f(@inject() db: Database) { db.insert(a); }'.replace('@inject() ', ''),
      'class Store { constructor(private readonly db: Database) {} async save() { this.db.insert(a).values(b); } }',
    ]),
  ],
});

const typed = (code: string) => `
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type { Pool, PoolClient, QueryResult } from 'pg';
const projects = pgTable('projects', { name: text() });
declare const store: NodePgDatabase;
declare const sessions: Pool;
declare const maybe: NodePgDatabase | undefined;
declare const db: Map<string, string> & { select(): { from(table: unknown): void } };
declare const wrapped: { find(): Promise<QueryResult> };
const list = () => store.select().from(projects);
export async function f(one: PoolClient, unknown: any) {
${code}
}`;
runRule('no-floating-queries', noFloatingQueries, 'typed', {
  valid: [
    // not what their names say
    'db.delete("a");',
    'db.select().from(projects);',
    'await store.select().from(projects); await list(); await sessions.query("select 1");',
    'store.select().from(projects).prepare("x"); store.select().from(projects).toSQL();',
    'sessions.end(); await one.release();',
    'one.query({ submit() {} } as import("pg").Submittable);',
    'return list();',
  ].map(typed),
  invalid: [
    ...each('lazy', 1, [
      'store.insert(projects).values({ name: "a" });',
      'store.query; store.execute("select 1");',
      'list();',
      'store.$count(projects);',
      'void list();',
      'maybe?.insert(projects).values({ name: "a" });',
    ]),
    ...each('late', 1, [
      'one.query("select 1");',
      'sessions.query("select 1");',
      'store.transaction(async (inner) => { await inner.select().from(projects); });',
      'wrapped.find();',
      'Promise.all([list()]);',
      // what has no type is read by its form
      'unknown.pool.query("select 1");',
    ]),
    ...each('ignored', 0, ['[1].forEach(() => list());', 'setTimeout(() => list(), 10);']),
    ...each('escapes', 0, ['unknown.run("acme", () => ({ rows: list() }));']),
  ].map((one) => ({ ...one, code: typed(one.code) })),
});
