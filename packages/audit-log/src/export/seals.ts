import { type Ddl, ddl, runStatement, type SqlStatement, statement } from '@tenantry/core/sql';
import { isoTime } from '../read/columns.ts';
import { constant } from '../read/constant.ts';
import type { Source } from '../read/source.ts';
import { type ExportedSeal, hashBytes, writeLeaves } from '../verify/exported-seal.ts';

/** A seal as JSON text, in the form of an export. */
export interface SealRow {
  readonly seal: string;
}

/** Ids and content hashes of entries in tree order, hexadecimal, concatenated. */
export interface LeafRow {
  readonly ids: string;
  readonly hashes: string;
}

/** A seal, and the pieces of its list of entries, which joined are `leaves` of its record. */
export interface ListedSeal {
  readonly seal: ExportedSeal;
  readonly leaves?: AsyncIterable<string>;
}

const sealJson = (
  retired = ddl`exists (select from tenantry.audit_retirements r where r.tenant = s.tenant and r.number = s.number)` as
    | SqlStatement
    | Ddl,
) => statement`json_build_object('tenant', s.tenant::text, 'number', s.number, 'month', s.month, 'fromXid', s.from_xid,
  'toXid', s.to_xid, 'nextXid', s.next_xid, 'entries', s.entries, 'root', encode(s.root, 'hex'),
  'previous', encode(s.previous, 'hex'), 'hash', encode(s.hash, 'hex'), 'sealedAt', ${isoTime(ddl`s.sealed_at`)}, 'retired',
  ${retired})::text as seal`;

/** Citus takes the tenant once more, where the seals are a subquery. */
const retiredIn = ({ tenancy }: Source, tenant: string): SqlStatement | undefined =>
  tenancy.dialect === 'citus'
    ? statement`exists (select from tenantry.audit_retirements r where r.tenant = ${tenant} and r.number = s.number)`
    : undefined;

/** A seal with more entries is exported without the list, because one bulk statement can make it huge. */
export const mostLeaves = 50_000;
/** The most seals per read, and the most of their entries beyond the first seal. */
const page = { seals: 20, entries: 5_000 };
/** The most leaves per read; larger texts would stay in memory, see chunks.ts. */
const together = 1_000;

const leafColumns = (ids: SqlStatement, hashes: SqlStatement) =>
  statement`replace(array_to_string(${ids}, ''), '-', '') as ids, encode(${hashes}, 'hex') as hashes`;

/** The leaves of a seal from a position on. */
const leavesFrom = (first: number) =>
  leafColumns(
    statement`s.ids[${first}::integer + 1 : ${first}::integer + ${constant(together)}]`,
    statement`substring(s.hashes from ${first}::integer * ${constant(hashBytes)} + 1 for ${constant(together * hashBytes)})`,
  );

/** The seals of a tenant, in order, with the lists of entries for the wanted months. */
export async function* sealsOf(
  source: Source,
  tenant: string,
  wanted: (month: string) => boolean,
): AsyncGenerator<ListedSeal> {
  const { db, scope } = source;
  for (let last = 0; ; ) {
    const next = statement`select ${sealJson(retiredIn(source, tenant))}, cardinality(s.ids) as leaves, ${leavesFrom(0)} from (
        select n.*, sum(n.entries) over (order by n.number) - n.entries as before from (
          select * from tenantry.audit_seals a where a.tenant = ${tenant} and a.number > ${last} order by a.number limit ${constant(page.seals)}) n) s
      where s.before < ${constant(page.entries)} order by s.number`;
    const rows = await scope.run(() => runStatement<SealRow & Listed>(db, next));
    for (const row of rows) {
      const seal = toSeal(row);
      const listed = seal.entries <= mostLeaves && wanted(seal.month);
      yield listed ? { seal, leaves: leavesOf(source, seal, row) } : { seal };
      last = seal.number;
    }
    if (rows.length === 0) return;
  }
}

const headsAtOnce = 1_000;

/** The seals of a tenant, in order, without lists of entries. */
export async function* headsOf(
  { db, scope }: Source,
  tenant: string,
): AsyncGenerator<ExportedSeal> {
  for (let last = 0; ; ) {
    const next = statement`select ${sealJson()} from tenantry.audit_seals s where s.tenant = ${tenant} and s.number > ${last} order by s.number limit ${constant(headsAtOnce)}`;
    const rows = await scope.run(() => runStatement<SealRow>(db, next));
    for (const seal of rows.map(toSeal)) {
      yield seal;
      last = seal.number;
    }
    if (rows.length < headsAtOnce) return;
  }
}

/** The complete list of entries of a seal. */
export async function listOf(
  { db, scope }: Source,
  { tenant, number }: ExportedSeal,
): Promise<string> {
  const asked = statement`select ${leafColumns(statement`s.ids`, statement`s.hashes`)} from tenantry.audit_seals s where s.tenant = ${tenant} and s.number = ${number}::bigint`;
  const [row] = await scope.run(() => runStatement<LeafRow>(db, asked));
  return row === undefined ? '' : toLeaves(row);
}

/** The first leaves of a seal, and how many it has. */
interface Listed extends LeafRow {
  readonly leaves: number;
}

async function* leavesOf(
  { db, scope }: Source,
  seal: ExportedSeal,
  listed: Listed,
): AsyncGenerator<string> {
  yield toLeaves(listed);
  for (let first = together; first < listed.leaves; first += together) {
    const next = statement`select ${leavesFrom(first)} from tenantry.audit_seals s where s.tenant = ${seal.tenant} and s.number = ${seal.number}::bigint`;
    const [more] = await scope.run(() => runStatement<LeafRow>(db, next));
    if (more !== undefined) yield toLeaves(more);
  }
}

/** Whether the log is on Citus: a database of a tenant beside a cluster is one server. */
export async function isDistributed({ db, scope, tenancy }: Source): Promise<boolean> {
  if (tenancy.dialect !== 'citus') return false;
  const [row] = await scope.run(() =>
    runStatement<{ is: boolean }>(
      db,
      statement`select to_regclass($name$tenantry.audit_epoch$name$) is not null as is`,
    ),
  );
  return row?.is === true;
}

/** The transaction id below which everything is sealed. */
export async function sealedUpTo(source: Source): Promise<number> {
  const { db, scope } = source;
  const asked = (await isDistributed(source))
    ? statement`select sealed::text as xid from tenantry.audit_epoch`
    : statement`select next_xid::text as xid from tenantry.audit_jobs where job = 'seal'`;
  const [row] = await scope.run(() => runStatement<{ xid: string }>(db, asked));
  return Number(row?.xid ?? 0);
}

export const toSeal = ({ seal }: SealRow): ExportedSeal => JSON.parse(seal);

export const toLeaves = ({ ids, hashes }: LeafRow): string =>
  writeLeaves(Buffer.from(ids, 'hex'), Buffer.from(hashes, 'hex'));

/** The seal that covers an entry, with all its leaves. */
export const coveringSeal = (tenant: string, month: string, xid: string) =>
  statement`select ${sealJson()}, ${leafColumns(statement`s.ids`, statement`s.hashes`)} from tenantry.audit_seals s where s.tenant = ${tenant} and s.month = ${month} and s.from_xid <= ${xid}::text::bigint and s.to_xid > ${xid}::text::bigint`;
