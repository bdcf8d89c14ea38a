import { name } from '@tenantry/core/sql';
import type { GeneratedObject } from '../../generate/index.ts';
import type { DoctorConnection } from '../catalogue/read.ts';
import { functionsSql, hangingSql } from './describe-sql.ts';
import type { Hanging, LiveFunction, LiveRelation } from './live.ts';
import { type ExtensionSchemas, shadowStatement } from './rewrite.ts';

/** The objects to create as shadows: functions, and objects that depend on a table. */
export interface Asked {
  readonly functions: readonly GeneratedObject[];
  readonly tables: readonly {
    readonly table: LiveRelation;
    readonly objects: readonly GeneratedObject[];
  }[];
}

/** The server's definitions of generated statements; empty when the server could not be asked. */
export interface Shadows {
  readonly functions: ReadonlyMap<GeneratedObject, LiveFunction>;
  readonly hanging: ReadonlyMap<GeneratedObject, Hanging>;
  readonly unseen: readonly string[];
}

/**
 * Creates shadows of generated objects: the functions in pg_temp, and for each table an empty temporary
 * copy with its policies, triggers and indexes. Both shadows and live objects are then read from the
 * catalogue, so different spellings of the same definition are equal. Everything is rolled back, and
 * tables are locked only with ACCESS SHARE.
 *
 * Emits `begin`, `create function pg_temp.…`, `create temporary table … (like …)`, `create policy …`,
 * `rollback`.
 */
export async function makeShadows(connection: DoctorConnection, asked: Asked): Promise<Shadows> {
  const functions = new Map<GeneratedObject, LiveFunction>();
  const hanging = new Map<GeneratedObject, Hanging>();
  const failed = new Map<string, string[]>();
  const fail = (what: string, error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    failed.set(message, [...(failed.get(message) ?? []), what]);
  };
  if (asked.functions.length + asked.tables.length === 0) return { functions, hanging, unseen: [] };
  try {
    await connection.query('begin read write');
    await connection.query(
      "set local lock_timeout = '2s'; set local statement_timeout = '60s'; set local check_function_bodies = off; set local client_min_messages = warning; set local search_path = pg_catalog, public, pg_temp",
    );
    const extensions = await extensionSchemas(connection);
    const problem = (object: GeneratedObject, error: unknown) => fail(object.name, error);
    await run(
      connection,
      asked.functions.map((object) => ({ object, sql: shadowStatement(object, '', extensions) })),
      problem,
    );
    const made = await connection.query(functionsSql('n.oid = pg_catalog.pg_my_temp_schema()'));
    const byName = new Map((made.rows as LiveFunction[]).map((each) => [each.name, each]));
    for (const object of asked.functions) {
      const found = byName.get(object.name);
      if (found !== undefined) functions.set(object, found);
    }
    for (const { table, objects } of asked.tables) {
      await connection.query('savepoint tenantry_table');
      try {
        const { rows } = await likeness(connection, table);
        await run(
          connection,
          objects.map((object) => ({
            object,
            sql: shadowStatement(object, table.owner, extensions),
          })),
          problem,
        );
        const [{ oid }] = rows as [{ oid: number }];
        const found = (await connection.query(hangingSql, [[oid]])).rows as Hanging[];
        for (const object of objects) {
          const own = found.find((each) => each.kind === object.kind && each.name === object.name);
          if (own !== undefined) hanging.set(object, own);
        }
      } catch (error) {
        fail(`what hangs on ${table.schema}.${table.name}`, error);
      }
      await connection.query('rollback to savepoint tenantry_table');
    }
  } catch (error) {
    fail('everything', error);
  } finally {
    await connection.query('rollback').catch(() => {});
  }
  return {
    functions,
    hanging,
    unseen: [...failed].map(
      ([message, of]) => `what generate makes, word by word: ${message} (${shortened(of)})`,
    ),
  };
}

const shortened = (words: readonly string[]): string =>
  words.length > 3
    ? `${words.slice(0, 3).join(', ')} and ${words.length - 3} more`
    : words.join(', ');

async function likeness(connection: DoctorConnection, table: LiveRelation) {
  const own = `pg_temp.${name(table.name).sql}`;
  await connection.query(
    `create temporary table ${name(table.name).sql} (like ${name(table.schema, table.name).sql})`,
  );
  return connection.query('select $1::pg_catalog.regclass::oid as oid', [own]);
}

async function extensionSchemas(connection: DoctorConnection): Promise<ExtensionSchemas> {
  const { rows } = await connection.query(
    'select e.extname::text as name, n.nspname::text as schema from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace',
  );
  return new Map((rows as { name: string; schema: string }[]).map((e) => [e.name, e.schema]));
}

interface Statement {
  readonly object: GeneratedObject;
  readonly sql: string | undefined;
}

/** Runs all in one round trip; after a failure each alone, so that the others are created. */
async function run(
  connection: DoctorConnection,
  all: readonly Statement[],
  problem: (object: GeneratedObject, error: unknown) => void,
): Promise<void> {
  const statements = all.filter(({ sql }) => sql !== undefined);
  if (statements.length === 0) return;
  await connection.query('savepoint tenantry_shadow');
  try {
    await connection.query(statements.map(({ sql }) => sql).join(';\n'));
    await connection.query('release savepoint tenantry_shadow');
    return;
  } catch {
    await connection.query('rollback to savepoint tenantry_shadow');
  }
  for (const { object, sql } of statements) {
    try {
      await connection.query(sql ?? '');
      await connection.query('savepoint tenantry_shadow');
    } catch (error) {
      await connection.query('rollback to savepoint tenantry_shadow');
      problem(object, error);
    }
  }
}
