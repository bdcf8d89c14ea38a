import { type Tenancy, TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { CapturedTables } from '../../rows/captured.ts';
import type { TenantTables } from '../../rows/tenant-table.ts';
import type { Session } from '../client.ts';
import { openManifest } from '../manifest-file.ts';
import type { WorkAs } from '../writing-roles.ts';
import { wantedFromExport } from './from-export.ts';
import { isIdentified, wantedFromLog } from './from-log.ts';
import { logGaps } from './log-gaps.ts';
import { columnsWithout, type LeftTable, type Rewindable } from './rewindable.ts';
import type { RewindSource } from './source.ts';
import type { Wanted } from './wanted.ts';

/** What reads the rows of another time. */
export interface Reading {
  readonly session: Session;
  readonly tenancy: Tenancy;
  readonly workAs: WorkAs;
  readonly tenant: string;
  readonly all: TenantTables;
  readonly captured: CapturedTables;
  readonly progress: (what: string, done?: number) => void;
}

/** The tables with the rows that they should have. */
export interface WantedTables {
  readonly wanted: readonly Wanted[];
  readonly left: readonly LeftTable[];
  readonly refused: readonly string[];
  readonly warnings: readonly string[];
}

/** Reads the rows of another time into temporary tables. */
export const wantedTables = (
  reading: Reading,
  source: RewindSource,
  tables: readonly Rewindable[],
  without: readonly string[],
): Promise<WantedTables> =>
  'to' in source
    ? fromLog(reading, source.to, tables, without)
    : fromExport(reading, source.from, tables, without);

async function fromLog(
  reading: Reading,
  moment: string,
  tables: readonly Rewindable[],
  without: readonly string[],
): Promise<WantedTables> {
  const { session, tenancy, workAs, tenant, all, captured, progress } = reading;
  const { log } = captured;
  const logTable = log === null ? undefined : all.tables.find((t) => pathOf(t) === pathOf(log));
  if (log === null || logTable === undefined)
    throw new TenantryError('REWIND_REFUSED', {
      found: 'no audit log.',
      fix: 'Use an export of that time: --from.',
    });
  const left: LeftTable[] = [];
  const audited = tables.flatMap(({ table, captured: said }) => {
    const others = captured.tables.filter(({ resource }) => resource === said?.resource);
    const why =
      said === undefined
        ? 'not audited'
        : others.length > 1
          ? 'another table is audited under the same name'
          : isIdentified(table, said)
            ? undefined
            : 'the log does not tell its rows apart';
    if (said !== undefined && why === undefined) return [{ table, said }];
    left.push({ table: pathOf(table), why: why ?? '' });
    return [];
  });
  await workAs('login');
  await session.query(`set local role ${name(tenancy.roles.system).sql}`);
  const gaps = await logGaps(session, tenancy, {
    log,
    logTable,
    tables: audited.map(({ said }) => said),
    tenant,
    moment,
  });
  await session.query('reset role');
  const refused = [...gaps.refused];
  const wanted: Wanted[] = [];
  for (const { table, said } of audited) {
    progress(pathOf(table));
    if (gaps.later.includes(pathOf(table))) {
      left.push({ table: pathOf(table), why: 'audited only since later' });
      continue;
    }
    const from = { session, tenancy, workAs, log, logTable, tenant, moment };
    wanted.push(await wantedFromLog(from, table, said, columnsWithout(table, without), refused));
  }
  return { wanted, left, refused, warnings: gaps.warnings };
}

async function fromExport(
  reading: Reading,
  from: string,
  tables: readonly Rewindable[],
  without: readonly string[],
): Promise<WantedTables> {
  const { session, tenancy, workAs, tenant, progress } = reading;
  const manifest = await openManifest(from, tenancy);
  if (manifest.tenant !== tenant)
    throw new TenantryError('REWIND_REFUSED', { found: 'an export of another tenant.' });
  if (manifest.masked === true)
    throw new TenantryError('REWIND_REFUSED', {
      found: 'an export with masked values.',
      fix: 'Export the tenant without --masked.',
    });
  const exported = new Map(manifest.tables.map((table) => [pathOf(table), table]));
  const left: LeftTable[] = [];
  const refused: string[] = [];
  const wanted: Wanted[] = [];
  for (const { table, captured } of tables) {
    const file = exported.get(pathOf(table));
    if (file === undefined) {
      left.push({ table: pathOf(table), why: 'not in the export' });
      continue;
    }
    const options = { captured, left: columnsWithout(table, without), refused };
    wanted.push(
      await wantedFromExport({ session, workAs, from, tenant, progress }, table, file, options),
    );
  }
  const known = new Set(reading.all.tables.map(pathOf));
  for (const table of manifest.tables)
    if (table.rows > 0 && !known.has(pathOf(table)))
      left.push({ table: pathOf(table), why: 'there is no such table any more' });
  return { wanted, left, refused, warnings: [] };
}
