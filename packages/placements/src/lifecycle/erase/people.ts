import { name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { TenantTable } from '../../rows/index.ts';
import { type Session, textRows } from '../client.ts';
import type { WorkAs } from '../writing-roles.ts';
import type { Certificate } from './certificate.ts';

/** People who may go, by the text of their key. */
export interface GoingPeople {
  readonly table: TenantTable;
  readonly key: string;
  readonly keys: readonly string[];
}

/**
 * Finds and locks the people of a tenant before their links go. Whoever links one of them to another tenant
 * waits for the end of the transaction.
 */
export async function lockPeople(
  session: Session,
  workAs: WorkAs,
  tables: readonly TenantTable[],
  tenant: string,
): Promise<GoingPeople[]> {
  const going: GoingPeople[] = [];
  for (const table of tables) {
    const [key, second] = table.key;
    if (table.belonging !== 'person' || key === undefined || second !== undefined) continue;
    await workAs(table);
    const rows = await textRows(
      session,
      `select t.${name(key).sql}::text from ${table.from} where ${table.condition} for update`,
      [tenant],
    );
    going.push({ table, key, keys: rows.map(([value]) => value ?? '') });
  }
  return going;
}

/** Deletes those who are linked to nobody else; it looks after they were locked. */
export async function deletePeople(
  session: Session,
  workAs: WorkAs,
  going: readonly GoingPeople[],
  tenant: string,
): Promise<Certificate['tables']> {
  const gone = [];
  for (const { table, key, keys } of going) {
    await workAs(table);
    const hash = "sha256(convert_to(t::text, 'UTF8'))";
    const [row] = await textRows(
      session,
      `with gone as (delete from ${table.from} where t.${name(key).sql}::text = any ($2::text[])
         and not ${table.elsewhere ?? 'true'} returning ${hash} as hash)
       select count(*), encode(sha256(coalesce(string_agg(hash, ''::bytea order by hash), '')), 'hex') from gone`,
      [tenant, keys],
    );
    gone.push({ table: pathOf(table), rows: Number(row?.[0]), sha256: row?.[1] ?? '' });
  }
  return gone;
}
