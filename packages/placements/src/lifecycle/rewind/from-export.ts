import { join } from 'node:path';
import { name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { CapturedTable } from '../../rows/captured.ts';
import type { TenantTable } from '../../rows/index.ts';
import type { Session } from '../client.ts';
import { rowsOf } from '../lines.ts';
import { type ExportedTable, written } from '../manifest.ts';
import type { WorkAs } from '../writing-roles.ts';
import {
  makeWanted,
  present,
  sameKey,
  type Wanted,
  type WantedRow,
  wantedName,
  writeWanted,
} from './wanted.ts';

/** A table as an export has it. */
export interface ExportReading {
  readonly session: Session;
  readonly workAs: WorkAs;
  /** The folder. */
  readonly from: string;
  readonly tenant: string;
  readonly progress: (what: string, done?: number) => void;
}

/**
 * The rows of a table as an export has them. Rows that are there and not in the export should not be there.
 * A column that one of the two has stays as it is.
 *
 * @param refused gets what keeps the table from being brought back
 */
export async function wantedFromExport(
  { session, workAs, from, tenant, progress }: ExportReading,
  table: TenantTable,
  exported: ExportedTable,
  {
    captured,
    left,
    refused,
  }: {
    readonly captured: CapturedTable | undefined;
    readonly left: ReadonlySet<string>;
    readonly refused: string[];
  },
): Promise<Wanted> {
  await workAs('login');
  await makeWanted(session, table);
  const types = new Map(written(table).map(({ name: column, type }) => [column, type]));
  const shared = exported.columns.flatMap(({ name: column, type }, at) => {
    const here = types.get(column);
    if (here !== undefined && here !== type)
      refused.push(`${pathOf(table)}.${column} is ${here} now and was ${type}`);
    return here === undefined ? [] : [{ column, at }];
  });
  const gone = table.key.filter((column) => !shared.some((each) => each.column === column));
  if (gone.length > 0) refused.push(`${pathOf(table)} has another key than the export`);
  const columns = shared.map(({ column }) => column);
  if (refused.length === 0) {
    await writeWanted(session, table, columns, wantedRows());
    await workAs(table);
    const key = table.key.map((column) => name(column).sql);
    // without defaults, which nobody needs
    const others = table.columns.filter((column) => !table.key.includes(column.name));
    await session.query(
      `insert into ${wantedName(table)} (tenantry_there, ${[...key, ...others.map((column) => name(column.name).sql)].join(', ')})
       select false, ${[...key.map((column) => `t.${column}`), ...others.map(() => 'null')].join(', ')} from ${present(table)}
       where not exists (select from ${wantedName(table)} w where ${sameKey(table)})`,
      [tenant],
    );
    await workAs('login');
  }
  const shown = new Set(captured?.values);
  for (const column of captured?.personal ?? []) shown.delete(column);
  return {
    table,
    captured,
    columns: columns.filter((column) => !table.key.includes(column) && !left.has(column)),
    hidden: new Set(columns.filter((column) => !shown.has(column))),
    loose: false,
  };

  async function* wantedRows(): AsyncGenerator<WantedRow> {
    let done = 0;
    for await (const row of rowsOf(join(from, exported.file), exported)) {
      yield { there: true, values: shared.map(({ at }) => row[at]) };
      progress(pathOf(table), ++done);
    }
  }
}
