import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join } from '@tenantry/core/sql';
import type { SearchModel } from '../model/table.ts';
import { mostRows } from './query.ts';

/** The parts of a search function's statements. */
export interface Statements {
  /** The table; without its children (ONLY) when rows are identified by ctid. */
  readonly rows: Ddl;
  /** The column that identifies a row. */
  readonly place: Ddl;
  readonly newest: Ddl | undefined;
  readonly tenant: Ddl;
  readonly matching: Ddl;
  /** The condition for the index scan. */
  readonly scanned: Ddl;
  readonly mayRead: readonly Ddl[];
  /** The condition for probing the newest few rows, which distinguishes frequent words from rare ones. */
  readonly probed: Ddl;
}

/** With more matching rows, of all tenants, planning for this tenant is worth its time. */
const fewMatches = 2_000;
/** The number of newest rows to probe for a frequent word; reading them takes 20 to 200 µs. */
const probes = { short: 16, long: 64, dense: 3 } as const;
/** The most newest rows that are read for a word that is neither rare nor frequent: about 5 ms. */
const walked = 5_000;

const number = (value: number): Ddl => ({ sql: String(value) });
const all = (terms: readonly Ddl[]) => join(terms, '\n        and ');

export const isVectorOfText = ({ kind, type }: SearchModel): boolean =>
  typeof kind === 'object' && type !== 'tsvector';

/**
 * Whether one plan is right for every tenant and query. It is not when the tenant determines the
 * partitions or the shard, or which of two indexes that begin with the tenant is better.
 */
export const isPlannedOnce = ({ dialect }: Tenancy, search: SearchModel): boolean =>
  dialect !== 'citus' && hasNewestIndex(search);

/** Whether the newest rows are read by an index of their own. */
export const hasNewestIndex = ({ id, tenantFirst, kind }: SearchModel): boolean =>
  id === undefined && (!tenantFirst || kind === 'equals');

/**
 * A generic plan knows neither tenant nor query, so each statement is limited to one way: the search
 * index, or the index of the newest rows. JIT compilation would cost more than the statements.
 */
export const settingsOf = (tenancy: Tenancy, search: SearchModel): Ddl[] =>
  isPlannedOnce(tenancy, search)
    ? [
        ddl`plan_cache_mode = force_generic_plan`,
        ddl`enable_seqscan = off`,
        ddl`enable_sort = off`,
        ddl`jit = off`,
      ]
    : [
        ddl`plan_cache_mode = force_custom_plan`,
        ...(tenancy.dialect === 'citus'
          ? [ddl`citus.allow_nested_distributed_execution = on`]
          : []),
      ];

export const variables: Ddl = {
  sql: `
      tenantry_first integer;
      tenantry_found tid[];
      tenantry_seen bigint;`,
};

/** All rows that match. */
export const everyMatch = ({ place, rows, tenant, matching, mayRead }: Statements): Ddl =>
  ddl`select array_agg(${place}) from ${rows} where ${all([tenant, matching, ...mayRead])}`;

/** The newest matching rows: sorted and limited where all of them are visible. */
export const newestMatches = (
  { place, rows, tenant, matching, mayRead }: Statements,
  newest: Ddl,
): Ddl => ddl`
  select array_agg(found.place) from (
    select ${place} as place from ${rows} where ${all([tenant, matching, ...mayRead])}
    order by ${newest} desc limit least(greatest($2, 0), ${number(mostRows)})) found
`;

/**
 * The rows that a generic plan finds: all rows of a rare word, and the newest rows of a frequent one.
 * Other cases are planned for their tenant and query. Every statement uses the caller's snapshot.
 */
export function plannedOnce(of: Statements, search: SearchModel, indexable: Ddl): Ddl {
  const { newest } = of;
  const every = byIndex(of, false);
  return ddl`
    if $2 is null and ${indexable} then
      ${every}
    ${newest === undefined ? { sql: '' } : ddl`elsif ${indexable} then\n  ${newestFirst(of, newest, search)}`}
    end if;
    perform set_config('plan_cache_mode', 'force_custom_plan', true),
      set_config('enable_seqscan', 'on', true), set_config('enable_sort', 'on', true);
  `;
}

/** On a shard: the newest rows of a frequent word. Others are planned for their tenant and query. */
export const probedOnShard = (of: Statements, newest: Ddl, indexable: Ddl): Ddl => ddl`
  if $2 is not null and ${indexable} then
    ${allowedFirst}
    ${byProbe(of, newest)}
  end if;
`;

const allowedFirst = ddl`tenantry_first := least(greatest($2, 0), ${number(mostRows)});`;

function newestFirst(of: Statements, newest: Ddl, search: SearchModel): Ddl {
  const probe = byProbe(of, newest);
  const few = byIndex(of, true);
  const some = walk(of, newest, number(walked));
  let steps: readonly Ddl[] = [probe, few, some];
  // its index stops at the limit; other indexes are read to the end before the first row is returned
  if (search.kind === 'equals') steps = [few, probe, some];
  if (isVectorOfText(search)) steps = [probe, few];
  return ddl`
    ${allowedFirst}
    ${join(steps, '\n')}
  `;
}

/**
 * Uses the search index, to its end or until there are more than few rows. The tenant is checked on the
 * found rows: as a scan condition it could make PostgreSQL use an index that reads all rows of a large
 * tenant.
 */
function byIndex(of: Statements, ordered: boolean): Ddl {
  const { place, newest, rows, tenant, scanned, mayRead } = of;
  const cap = number(fewMatches + 1);
  const [order, at, result] =
    ordered && newest !== undefined
      ? [' order by found.newest desc', `${newest.sql} as newest, `, '[:tenantry_first]']
      : ['', '', ''];
  return ddl`
    select array_agg(found.place${{ sql: order }}) filter (where found.own), count(*)
      into tenantry_found, tenantry_seen
      from (select ${place} as place, ${{ sql: at }}${all([tenant, ...mayRead])} as own
        from ${rows} where ${scanned} limit ${cap}) found;
    if tenantry_seen < ${cap} then
      return tenantry_found${{ sql: result }};
    end if;
  `;
}

/** Reads the newest rows in order when the probe shows that this will soon find enough. */
function byProbe(of: Statements, newest: Ddl): Ddl {
  const { rows, tenant, probed, mayRead } = of;
  const probe = (size: number) => ddl`
    tenantry_seen := (select count(*) filter (where found.hit) from (
      select ${all([probed, ...mayRead])} as hit from ${rows} where ${tenant}
      order by ${newest} desc limit ${number(size)}) found);
  `;
  const enough: Ddl = { sql: `4 * ${probes.long} * tenantry_first::bigint / tenantry_seen` };
  return ddl`
    ${probe(probes.short)}
    if tenantry_seen > 0 then
      ${probe(probes.long)}
      if tenantry_seen >= ${number(probes.dense)} then
        ${walk(of, newest, enough)}
      end if;
    end if;
  `;
}

/** Reads the newest rows in order until enough match; older rows need not be read. */
function walk(of: Statements, newest: Ddl, size: Ddl): Ddl {
  const { place, rows, tenant, matching, mayRead } = of;
  return ddl`
    select array_agg(found.place), count(*) into tenantry_found, tenantry_seen from (
      select walked.place from (
        select ${place} as place, ${newest} as newest, ${all([matching, ...mayRead])} as hit
        from ${rows} where ${tenant} order by ${newest} desc limit ${size}) walked
      where walked.hit order by walked.newest desc limit tenantry_first) found;
    if tenantry_seen = tenantry_first then
      return tenantry_found;
    end if;
  `;
}
