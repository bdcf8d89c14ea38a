// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of the code that is linted
import { noSqlRaw } from '../../src/rules/no-sql-raw.ts';
import { type Cases, runRule } from '../support/run-rule.ts';

const drizzle = `import { sql } from 'drizzle-orm';\n`;
const lines = (...codes: string[]) => codes.map((code) => drizzle + code);

const cases: Cases = {
  valid: [
    ...lines(
      'sql.raw("now()");',
      'sql.raw(`now()`);',
      'const column = "name"; sql.raw(`order by ${column}`);',
      'sql.raw("a" + "b");',
      'sql.raw(up ? "asc" : "desc");',
      'sql.raw({ up: "asc", down: "desc" }[direction]);',
      'const orders = { up: "asc", down: "desc" }; sql.raw(orders[direction] ?? "asc");',
      'sql.raw(String(2 ** 53 - 1));',
      'sql.raw(`limit ${Number(limit)}`);',
      'sql`select ${value}`;',
      'tx.execute(sql`select ${value}`);',
      'sql.identifier(name);',
    ),
    'String.raw`${a}`; c.req.raw(b);',
    'pool.query("select $1", [a]);',
    'pool.query(text);',
    'pool.query(textOf(a));',
    'pool.query({ text: "select $1", values: [a] });',
    'const table = "projects"; pool.query(`select * from ${table}`);',
    'pool.query(`in (${values.map((_, i) => `$${i + 1}`).join(", ")})`, values);',
    'const values = []; pool.query(`a = $${values.push(a)}`, values);',
    'pool.query(`limit $${values.length + 1}`, values);',
    'for (const table of ["a", "b"]) client.query(`select * from ${table}`);',
    '["a", "b"].map((table) => client.query(`select * from ${table}`));',
    'Array.from({ length: 3 }, (_, i) => pool.query(`select ${i}`));',
    'pool.query("select " + "1");',
    'let text = "select"; text += " 1"; pool.query(text);',
    'client.query(`listen ${client.escapeIdentifier(channel)}`);',
    'import format from "pg-format"; pool.query(format("select %L", value));',
    // of somebody else
    'api.query(`users/${id}`);',
    'queryClient.query(`users/${id}`);',
    'logger.execute(`a ${b}`);',
    'document.querySelector(`#${id}`);',
    'sql.raw();',
    { filename: 'db/migrations/1.ts', code: 'pool.query(`drop table ${name}`);' },
    {
      filename: 'src/report.ts',
      options: [{ allow: ['src/report.ts'] }],
      code: 'pool.query(`a ${b}`);',
    },
    { options: [{ handles: ['store'] }], code: 'pool.query(`a ${b}`);' },
  ],
  invalid: [
    ...lines(
      'sql.raw(name);',
      'sql.raw(`order by ${column}`);',
      'sql.raw("order by " + column);',
      'sql.raw(order.by);',
      'sql.raw(textOf(a));',
      'let column = "name"; column = c.req.query("by"); sql.raw(column);',
      'sql.raw(up ? "asc" : direction);',
      'const a = b; const b = a; sql.raw(a);',
    ).map((code) => ({ code, errors: ['raw'] })),
    { code: 'import { sql as q } from "drizzle-orm"; q.raw(a);', errors: ['raw'] },
    { code: 'import * as orm from "drizzle-orm"; orm.sql.raw(a);', errors: ['raw'] },
    { code: 'import { sql } from "./db"; sql.raw(a);', errors: ['raw'] },
    { code: 'import { sql } from "kysely"; sql.raw(a);', errors: ['raw'] },
    { code: 'const { sql } = require("drizzle-orm"); sql.raw(a);', errors: ['raw'] },
    {
      code: 'sql.unsafe(`select ${a}`);',
      errors: [{ messageId: 'raw', data: { called: 'sql.unsafe' } }],
    },
    ...[
      'pool.query(`select ${a}`);',
      'pool.query("select " + a);',
      'pool.query("select " + a + " from b", []);',
      'client.query({ text: `select ${a}`, values: [] });',
      'tx.execute(`select ${a}`);',
      'this.db.execute(`select ${a}`);',
      'ctx.var.db.execute(`select ${a}`);',
      'const text = `select ${a}`; pool.query(text);',
      'let text = "select 1"; text += a; pool.query(text);',
      'let text = "select 1"; if (b) text = `select ${a}`; pool.query(text);',
      'pool.query(b ? `select ${a}` : "select 1");',
      'pool.query("select ".concat(a));',
      'pool.query(["select", a].join(" "));',
      'pool.query(`select ${a}`.trim());',
      'const { pool: p } = open(); p.query(`select ${a}`);',
      'import { db as d } from "./db"; d.execute(`select ${a}`);',
      'import * as store from "./db"; store.db.execute(`select ${a}`);',
      'const own = await pool.connect(); own.query(`select ${a}`);',
      'db.transaction(async (t) => { await t.execute(`select ${a}`); });',
      'import { createTenantPool } from "@tenantry/core"; const p = createTenantPool(tenancy); p.query(`select ${a}`);',
      '(await pool.connect()).query(`select ${a}`);',
      'list.map((name, i) => pool.query(`select ${name}`));',
    ].map((code) => ({ code, errors: ['built'] })),
    { options: [{ handles: ['store'] }], code: 'store.query(`a ${b}`);', errors: ['built'] },
    {
      filename: 'test/a.ts',
      options: [{ allow: [] }],
      code: 'pool.query(`a ${b}`);',
      errors: ['built'],
    },
  ],
};

runRule('no-sql-raw', noSqlRaw, 'javascript', cases);
runRule('no-sql-raw', noSqlRaw, 'typescript', {
  valid: [
    'const f = (n: number) => pool.query(`limit ${n}`);',
    'const f = (d: "asc" | "desc") => pool.query(`order by a ${d}`);',
    'const orders = { up: "asc", down: "desc" } as const; pool.query(`order by ${orders[by as "up"]}`);',
    'pool.query<Row>("select 1" as string);',
  ],
  invalid: [
    ...cases.invalid,
    { code: 'const f = (n: string) => pool.query(`limit ${n}`);', errors: ['built'] },
    { code: 'pool!.query(`select ${a as string}`);', errors: ['built'] },
    { code: 'pool?.query(`select ${a}`);', errors: ['built'] },
  ],
});
const typed = { options: [{ allow: [] }] };
runRule('no-sql-raw', noSqlRaw, 'typed', {
  valid: [
    'interface Page { size: number } export const f = (pool: any, page: Page) => pool.query(`limit ${page.size}`);',
    'type Order = "asc" | "desc"; export const f = (pool: any, o: Order) => pool.query(`order by a ${o}`);',
    `${drizzle}type Order = "asc" | "desc"; export const f = (o: { by: Order }) => sql.raw(o.by);`,
    'declare function count(): number; export const f = (pool: any) => pool.query(`limit ${count()}`);',
  ].map((code) => ({ code, ...typed })),
  invalid: [
    {
      code: 'interface Page { by: string } export const f = (pool: any, page: Page) => pool.query(`order by ${page.by}`);',
      ...typed,
      errors: ['built'],
    },
    { code: `${drizzle}export const f = (o: string) => sql.raw(o);`, ...typed, errors: ['raw'] },
  ],
});
