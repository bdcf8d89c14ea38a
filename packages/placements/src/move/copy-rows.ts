import type { Tenancy } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { TenantTable } from '../rows/index.ts';
import { copyBetween } from './copy-stream.ts';
import type { EndOfMove } from './end-of-move.ts';
import { asReaching, conditionOf, writtenColumns } from './tenant-session.ts';

/**
 * Copies all rows of a tenant, in the transactions that were begun. The values travel in COPY's text format,
 * which is exact for every type. They pass a temporary table, because COPY does not write into tables with
 * policies.
 */
export async function copyRows(
  source: EndOfMove,
  target: EndOfMove,
  tenancy: Tenancy,
  copied: (rows: number) => void,
): Promise<void> {
  const at = new Map(target.tables.tables.map((table) => [pathOf(table), table]));
  for (const table of source.tables.tables) {
    const to = at.get(pathOf(table));
    if (to !== undefined) await copyTable(source, target, tenancy, table, to, copied);
  }
}

const passing = 'pg_temp.tenantry_moved';

async function copyTable(
  source: EndOfMove,
  target: EndOfMove,
  tenancy: Tenancy,
  from: TenantTable,
  to: TenantTable,
  copied: (rows: number) => void,
): Promise<void> {
  const columns = writtenColumns(from).join(', ');
  await target.query(
    `create temp table tenantry_moved on commit drop as select ${columns} from ${name(to.schema, to.name).sql} with no data`,
  );
  await target.query(`grant select on ${passing} to ${name(tenancy.roles.system).sql}`);
  await asReaching(source, tenancy, from, () =>
    copyBetween(
      {
        client: source.client,
        text: `copy (select ${columns} from ${from.from} where ${conditionOf(from)}) to stdout`,
      },
      { client: target.client, text: `copy ${passing} (${columns}) from stdin` },
      copied,
    ),
  );
  // the row of the tenant and its people may be in both
  const mayBeThere = to.belonging === 'tenant' || to.belonging === 'person';
  await asReaching(target, tenancy, to, () =>
    target.query(
      `insert into ${name(to.schema, to.name).sql} (${columns}) overriding system value
       select ${columns} from ${passing}${mayBeThere ? ' on conflict do nothing' : ''}`,
    ),
  );
  await target.query(`drop table ${passing}`);
}

/** Lets the sequences of the target go on above those of the source. */
export async function raiseSequences(source: EndOfMove, target: EndOfMove): Promise<void> {
  const at = new Map(target.tables.tables.map((table) => [pathOf(table), table]));
  for (const table of source.tables.tables) {
    for (const { name: column, sequence } of table.columns) {
      const to = at.get(pathOf(table))?.columns.find((each) => each.name === column)?.sequence;
      if (sequence === undefined || to === undefined) continue;
      const [last] = await source.query<{ value: string | null }>(
        'select pg_catalog.pg_sequence_last_value($1::regclass)::text as value',
        [sequence],
      );
      if (last?.value == null) continue;
      await target.query(
        `select pg_catalog.setval($1::regclass, $2::bigint)
         where coalesce(pg_catalog.pg_sequence_last_value($1::regclass), 0) < $2::bigint`,
        [to, last.value],
      );
    }
  }
}
