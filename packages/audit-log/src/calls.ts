import {
  callFunction,
  type Ddl,
  ddl,
  joinStatements,
  name,
  type Queryable,
  runStatement,
  statement,
} from '@tenantry/core/sql';
import { isoTime } from './read/columns.ts';

/** A function that gives one value. */
const value =
  <A extends readonly unknown[], R>(called: string) =>
  (db: Queryable, ...args: A): Promise<R> =>
    callFunction<R>(db, called, args);

/** A function that gives rows, of which these columns are read; large numbers and times as texts. */
const rows =
  <A extends readonly unknown[], R>(called: string, columns: Ddl, end = ddl``) =>
  (db: Queryable, ...args: A): Promise<readonly R[]> => {
    const given = joinStatements(args.map((arg) => statement`${arg}`));
    return runStatement<R>(
      db,
      statement`select ${columns} from ${ddl`tenantry.${name(called)}`}(${given}) ${end}`,
    );
  };

type Entry = [
  action: string,
  resourceType: string,
  resourceId: string | null,
  reason: string | null,
  metadata: string,
  personal: string | null,
];
type Erasure = [tenant: string | null, person: string, resources: readonly string[], why: string];
type Retirement = [month: string, tenants: readonly string[], keepMonths: number | null];

interface LagRow {
  readonly entries: number;
  readonly oldest: string;
  readonly seconds: string;
  readonly pid: number | null;
  readonly login: string | null;
  readonly application: string | null;
  readonly database: string | null;
  readonly since: string | null;
  readonly prepared: string | null;
}
interface SealedRow {
  readonly seals: number;
  readonly entries: string;
  readonly busy: boolean;
  readonly more: boolean;
}
interface FailingRow {
  readonly table: string;
  readonly operation: string;
  readonly state: string;
  readonly message: string;
}
/** An entry that the chain of commits tells otherwise. */
export interface LinkRow {
  readonly tenant: string;
  readonly id: string;
  readonly kind: 'link-changed' | 'unlinked' | 'missing' | 'changed';
}

const ofTenant = ddl`tenant::text as tenant, entries::text as entries`;
const link = ddl`tenant::text as tenant, id::text as id, kind`;

/** The functions of the log in the database, with the types of both sides. */
export const calls = {
  write: value<Entry, string>('audit_write'),
  writeFor: value<[tenant: string, ...Entry], string>('audit_write_for'),
  hold: value<[tenant: string, why: string], null>('audit_hold'),
  release: value<[tenant: string, why: string], number>('audit_release'),
  setRetention: value<[tenant: string, months: number | null, why: string], null>(
    'audit_set_retention',
  ),
  deleteFailures: value<[days: number], number>('audit_delete_failures'),
  restored: value<[], string>('audit_restored'),
  erase: rows<Erasure, { tenant: string; entries: string }>('audit_erase', ofTenant),
  expired: rows<[keepMonths: number | null], { month: string; tenant: string; entries: string }>(
    'audit_expired',
    ddl`month, ${ofTenant}`,
    ddl`where expired order by 1, 2`,
  ),
  retire: rows<Retirement, { entries: string; dropped: boolean }>(
    'audit_retire',
    ddl`entries::text as entries, dropped`,
  ),
  maintain: rows<[monthsAhead: number], { created: string[]; busy: boolean }>(
    'audit_maintain',
    ddl`created, busy`,
  ),
  seal: rows<[most: number], SealedRow>(
    'audit_seal',
    ddl`seals, entries::text as entries, busy, more`,
  ),
  lag: rows<[fromXid: string | null], LagRow>(
    'audit_lag',
    ddl`entries, ${isoTime(ddl`oldest`)} as oldest, round(seconds::numeric, 3)::text as seconds,
      pid, login, application, database, ${isoTime(ddl`since`)} as since, prepared`,
  ),
  tryCaptures: rows<[], FailingRow>(
    'audit_try_captures',
    ddl`table_name as table, operation, sqlstate as state, message`,
  ),
  brokenLinks: rows<[tenant: null], LinkRow>('audit_broken_links', link),
  unlinked: rows<[tenant: null], LinkRow>('audit_unlinked', link),
};
