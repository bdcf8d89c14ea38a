import {
  callFunction,
  ddl,
  joinStatements,
  name,
  type Queryable,
  runStatement,
  statement,
} from '@tenantry/core/sql';
import { parseExact } from './read/exact-json.ts';

/** A function that gives one value. */
const value =
  <A extends readonly unknown[], R>(called: string) =>
  (db: Queryable, ...args: A): Promise<R> =>
    callFunction<R>(db, called, args);

/** A function that gives rows, each as JSON text, which no type parser of an application changes. */
const rows =
  <A extends readonly unknown[], R>(called: string, end = ddl``) =>
  async (db: Queryable, ...args: A): Promise<readonly R[]> => {
    const given = joinStatements(args.map((arg) => statement`${arg}`));
    const found = await runStatement<{ row: string }>(
      db,
      statement`select to_json(r)::text as row from ${ddl`tenantry.${name(called)}`}(${given}) r ${end}`,
    );
    // a bigint tenant beyond 2^53 stays exact
    return found.map(({ row }) => parseExact(row) as R);
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
  readonly seconds: number;
  readonly pid: number | null;
  readonly login: string | null;
  readonly application: string | null;
  readonly database: string | null;
  readonly since: string | null;
  readonly prepared: string | null;
}
interface SealedRow {
  readonly seals: number;
  readonly entries: number;
  readonly busy: boolean;
  readonly more: boolean;
}
interface FailingRow {
  readonly table_name: string;
  readonly operation: string;
  readonly sqlstate: string;
  readonly message: string;
}
/** An entry that the chain of commits tells otherwise. */
export interface LinkRow {
  readonly tenant: string;
  readonly id: string;
  readonly kind: 'link-changed' | 'unlinked' | 'missing' | 'changed';
}

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
  restored: value<[], number>('audit_restored'),
  erase: rows<Erasure, { tenant: string; entries: number }>('audit_erase'),
  expired: rows<[keepMonths: number | null], { month: string; tenant: string; entries: number }>(
    'audit_expired',
    ddl`where r.expired order by r.month, r.tenant`,
  ),
  retire: rows<Retirement, { entries: number; dropped: boolean }>('audit_retire'),
  maintain: rows<[monthsAhead: number], { created: string[]; busy: boolean }>('audit_maintain'),
  seal: rows<[most: number], SealedRow>('audit_seal'),
  lag: rows<[fromXid: string | null], LagRow>('audit_lag'),
  tryCaptures: rows<[], FailingRow>('audit_try_captures'),
  brokenLinks: rows<[tenant: null], LinkRow>('audit_broken_links'),
  unlinked: rows<[tenant: null], LinkRow>('audit_unlinked'),
};
