import { type Ddl, ddl, join } from '@tenantry/core/sql';
import type { SearchModel } from '../generate/model.ts';
import { mostRows } from './query.ts';

/** What the statements of a search function are made of. */
export interface Statements {
  /** The table, without its children where rows are named by their place. */
  readonly rows: Ddl;
  /** What names a row. */
  readonly place: Ddl;
  readonly newest: Ddl | undefined;
  readonly tenant: Ddl;
  readonly matching: Ddl;
  /** What the index of the search is asked. */
  readonly scanned: Ddl;
  readonly mayRead: readonly Ddl[];
  /** What the newest few rows are asked, to tell words that are everywhere from rare ones. */
  readonly probed: Ddl;
}

/** So many rows of any tenant may match before a plan for this tenant is worth its time. */
const fewMatches = 2_000;
/** Matches among so many of the newest rows tell a word that is everywhere: 20 to 200 µs to read. */
const probes = { short: 16, long: 64, dense: 3 } as const;
/** The newest rows that are walked where a word is neither rare nor everywhere: some 5 ms. */
const walked = 5_000;

const number = (value: number): Ddl => ({ sql: String(value) });
const all = (terms: readonly Ddl[]) => join(terms, '\n        and ');

export const isVectorOfText = ({ kind, type }: SearchModel): boolean =>
  typeof kind === 'object' && type !== 'tsvector';

/**
 * Whether one plan is right for every tenant and query. It is not where the tenant decides which
 * partitions are read, or which of two indexes that begin with it.
 */
export const isPlannedOnce = ({ id, tenantFirst, kind }: SearchModel): boolean =>
  id === undefined && (!tenantFirst || kind === 'equals');

/**
 * A plan made once knows neither tenant nor query, so PostgreSQL is left one way for each statement:
 * by the index of the search, or along that of the newest. Compiling would cost more than they do.
 */
export const settingsOf = (search: SearchModel): Ddl[] =>
  isPlannedOnce(search)
    ? [
        ddl`plan_cache_mode = force_generic_plan`,
        ddl`enable_seqscan = off`,
        ddl`enable_sort = off`,
        ddl`jit = off`,
      ]
    : [ddl`plan_cache_mode = force_custom_plan`];

export const variables: Ddl = {
  sql: `
      tenantry_first integer;
      tenantry_found tid[];
      tenantry_seen bigint;`,
};

/** All rows that match. */
export const everyMatch = ({ place, rows, tenant, matching, mayRead }: Statements): Ddl =>
  ddl`select array_agg(${place}) from ${rows} where ${all([tenant, matching, ...mayRead])}`;

/** The newest rows that match: ordered and cut where all of them are seen. */
export const newestMatches = (
  { place, rows, tenant, matching, mayRead }: Statements,
  newest: Ddl,
): Ddl => ddl`
  select array_agg(found.place) from (
    select ${place} as place from ${rows} where ${all([tenant, matching, ...mayRead])}
    order by ${newest} desc limit least(greatest($2, 0), ${number(mostRows)})) found
`;

/**
 * What a plan made once finds: all that a rare word has, the newest of one that is everywhere. What
 * remains is planned for its tenant and query. Every statement sees the snapshot of the caller.
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

function newestFirst(of: Statements, newest: Ddl, search: SearchModel): Ddl {
  const probe = byProbe(of, newest);
  const few = byIndex(of, true);
  const some = walk(of, newest, number(walked));
  let steps: readonly Ddl[] = [probe, few, some];
  // its index stops at the cap; that of others is read to its end before the first row comes
  if (search.kind === 'equals') steps = [few, probe, some];
  if (isVectorOfText(search)) steps = [probe, few];
  return ddl`
    tenantry_first := least(greatest($2, 0), ${number(mostRows)});
    ${join(steps, '\n')}
  `;
}

/**
 * By the index of the search, to its end or to more rows than few. The tenant is asked of what was
 * found: as a condition of the scan it would bring in an index that reads all rows of a large tenant.
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

/** Walks the newest where the newest few say that this soon finds enough. */
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

/** The newest rows in their order until enough match: what is older than all of them cannot be newer. */
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
