import { ddl, isoTime, name, runStatement, type SqlStatement, statement } from '@tenantry/core/sql';
import type { DescribedList, FeatureDescription } from '@tenantry/rls/feature';
import { readLag } from './jobs/lag.ts';
import { queryPage } from './read/query.ts';
import type { Source } from './read/source.ts';

/** The read model of a log, for the tenant of the scope or across tenants. */
export async function describe(source: Source): Promise<FeatureDescription> {
  const { tenant } = source.scope;
  const { entries } =
    tenant === undefined ? { entries: [] } : await queryPage(source, { limit: 20 });
  return {
    feature: 'audit-log',
    title: 'Audit log',
    lists: tenant === undefined ? await acrossTenants(source) : [await seals(source, tenant)],
    allowances: [],
    changes: entries.map(({ createdAt, action, actor }) => ({
      at: createdAt,
      what: action,
      actor: actor.id,
    })),
  };
}

const seals = (source: Source, tenant: string) =>
  list(
    source,
    'seals',
    'Seals',
    statement`select s.number, s.month, s.entries, ${isoTime(ddl`s.sealed_at`)} as "sealedAt"
      from tenantry.audit_seals s where s.tenant = ${tenant} order by s.number desc`,
  );

/** What only the system role can read. */
async function acrossTenants(source: Source): Promise<readonly DescribedList[]> {
  const tenant = statement`tenant::text as ${name(source.tenancy.property)}`;
  const lag = await readLag(source.db);
  const waiting = lag && {
    entries: lag.entries,
    seconds: lag.seconds,
    oldest: lag.oldest,
    process: lag.blockedBy?.pid ?? null,
    preparedTransaction: lag.blockedBy?.preparedTransaction ?? null,
  };
  return [
    { id: 'waiting', title: 'Waiting for a seal', rows: waiting ? [waiting] : [], more: false },
    await list(
      source,
      'deliveries',
      'Deliveries',
      statement`select sink, delivered, failures from tenantry.audit_deliveries order by sink`,
    ),
    await list(
      source,
      'holds',
      'Legal holds',
      statement`select ${tenant}, reason, ${isoTime(ddl`placed_at`)} as "placedAt"
        from tenantry.audit_holds where released_at is null order by placed_at desc`,
    ),
    await list(
      source,
      'retention',
      'Retention by tenant',
      statement`select ${tenant}, months from tenantry.audit_retention order by 1`,
    ),
  ];
}

const most = 100;

/** The rows as one JSON text, which no type parser of the application changes. */
async function list(
  { db }: Source,
  id: string,
  title: string,
  rows: SqlStatement,
): Promise<DescribedList> {
  const [found] = await runStatement<{ rows: string }>(
    db,
    statement`select coalesce(json_agg(r), '[]')::text as rows from (${rows} limit ${most + 1}::integer) r`,
  );
  const all: DescribedList['rows'] = JSON.parse(found?.rows ?? '[]');
  return { id, title, rows: all.slice(0, most), more: all.length > most };
}
