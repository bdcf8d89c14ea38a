import { name } from '@tenantry/core/sql';
import type { DoctorConnection } from '../catalogue/read.ts';
import type { Leak } from '../rules/rule.ts';
import type { Bare } from '../subject/types.ts';
import { nobodyOf } from './nobody.ts';
import { settingsSql } from './settings.ts';

/**
 * The query that shows a row that nobody should see. It runs as the role, with a tenant that does not
 * exist, so every row that it returns belongs to somebody else. It selects only the tenant and the key of
 * the row.
 */
export function proofOf({ from, columns, role }: Leak, subject: Bare): string {
  const list =
    columns.length === 0 ? 'true as "a row"' : columns.map((c) => name(c).sql).join(', ');
  const kind = subject.tables.find((t) => t.schema === from.schema && t.name === from.name);
  const none = nobodyOf(kind?.columns.find((c) => c.name === kind.tenantColumn)?.type);
  return [
    'begin read only;',
    `set local role ${name(role ?? subject.roleName).sql};`,
    ...settingsSql(subject, none).map((sql) => `${sql};`),
    `select ${list} from ${name(from.schema, from.name).sql} limit 1;`,
    'rollback;',
  ].join('\n');
}

/** Runs a proof. @returns the row as `column = value`, or why there is none */
export async function showProof(connection: DoctorConnection, proof: string): Promise<string[]> {
  const statements = proof.split('\n');
  try {
    await connection.query("begin read only; set local statement_timeout = '10s'");
    let shown: string[] = [];
    for (const sql of statements.slice(1, -1)) {
      const { rows } = await connection.query(sql);
      shown = (rows as Record<string, unknown>[]).slice(0, 1).map(lineOf);
    }
    return shown.length === 0 ? ['no row: the table is empty, or something else holds'] : shown;
  } catch (error) {
    return [`nothing: ${error instanceof Error ? error.message : String(error)}`];
  } finally {
    await connection.query('rollback').catch(() => {});
  }
}

const lineOf = (row: Record<string, unknown>): string =>
  Object.entries(row)
    .map(([column, value]) => `${column} = ${String(value).slice(0, 60)}`)
    .join(', ');
