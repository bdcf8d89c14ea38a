import type pg from 'pg';
import type { Table } from '../model.ts';
import type { Planted } from './plant.ts';
import { isRow, type Values } from './sql.ts';

type Client = Pick<pg.ClientBase, 'query'>;

/**
 * Deletes the inserted rows, children first, including rows that triggers made for the two tenants.
 * @returns the tables whose rows could not be deleted, and why
 */
export async function removeRows(
  client: Client,
  tables: readonly Table[],
  planted: readonly Planted[],
  tenants: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const conditions = (table: Table): string[] => {
    const rows: Values[] = planted.flatMap((each) => {
      const row = each.get(table.title);
      return row === undefined ? [] : [row];
    });
    const column = table.tenantColumn;
    if (column === undefined) return rows.map((row) => isRow(table, row));
    return [
      ...tenants.map((tenant) => isRow(table, { [column]: tenant }, [column])),
      ...rows.filter((row) => row[column] === null).map((row) => isRow(table, row)),
    ];
  };
  let left = [...tables].reverse();
  let refused = new Map<string, string>();
  // a refused deletion may be possible after the next table
  for (let before = left.length + 1; left.length > 0 && left.length < before; ) {
    before = left.length;
    refused = new Map();
    for (const table of left) {
      const where = [...new Set(conditions(table))].map((each) => `(${each})`).join(' or ');
      if (where === '') continue;
      await client.query('savepoint removal');
      try {
        await client.query(`delete from ${table.sql} where ${where}`);
        const { rows } = await client.query(`select 1 from ${table.sql} where ${where} limit 1`);
        if (rows.length > 0) refused.set(table.title, 'a trigger or a rule keeps its rows');
        await client.query('release savepoint removal');
      } catch (error) {
        await client.query('rollback to savepoint removal');
        refused.set(table.title, error instanceof Error ? error.message : String(error));
      }
    }
    left = left.filter(({ title }) => refused.has(title));
  }
  return refused;
}
