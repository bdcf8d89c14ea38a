import { type Ddl, ddl, join, literal, name, textInSchema } from '@tenantry/core/sql';
import { objectName } from '../../fragments/names.ts';
import { referenceParts, referenceSql } from '../../generate/reference-sql.ts';
import { pathOf } from '../../model/table.ts';
import { type Action, long, short } from '../action.ts';
import { rowsOf } from '../connection.ts';
import { keyOf } from '../facts.ts';
import { type AdoptFinding, mostKeys } from '../finding.ts';
import { leavesOf } from '../leaves.ts';
import { type PlannedReference, referencesOfPlan } from '../schema.ts';
import { asReader } from './sources.ts';
import type { Step, StepContext } from './step.ts';

interface StandingKey {
  readonly table: string;
  readonly name: string;
  readonly validated: boolean;
}

export const referencesStep: Step = {
  name: 'references',

  /** A row whose parent belongs to another tenant: no key can hold for it. */
  async before(context) {
    const found: AdoptFinding[] = [];
    for (const reference of referencesOfPlan(context.planned, context.live, context)) {
      found.push(...(await crossing(context, reference)));
    }
    return found;
  },

  async actions(context) {
    const { live, declared } = context;
    const standing = (await standingKeys(context)).filter(
      (key) => !oldKeys(context).some((old) => old.name === key.name && isOwn(context, old.name)),
    );
    const leaves =
      live.kind === 'partitioned' && declared.references.length > 0
        ? await leavesOf(context.connection, live.oid)
        : [];
    const parts = referenceParts('tenantry', declared.references);
    const forced = new Set(
      context.facts.tables.filter((table) => table.forced && context.facts.isBound).map(pathOf),
    );
    const target = name(live.schema, live.name);
    return [
      ...oldKeys(context)
        .filter(({ name: own }) => isOwn(context, own))
        .map(({ name: own }) =>
          short(
            ddl`alter table ${target} rename constraint ${name(own)} to ${name(aside(own))}`.sql,
          ),
        ),
      ...parts.flatMap((part, i) => {
        const reference = declared.references[i];
        // the rows of a table whose policies bind the login are checked while these are off
        if (
          reference !== undefined &&
          (forced.has(pathOf(reference.foreignTable)) || forced.has(pathOf(live)))
        ) {
          return referenceSql({ ...declared, references: [reference] }).map(({ sql }) =>
            short(textInSchema(context.tenancy.schema, sql)),
          );
        }
        return [
          ...leaves.flatMap((leaf) =>
            addAndValidate(name(leaf.schema, leaf.name), leaf.name, part, standing),
          ),
          ...(leaves.length > 0
            ? addPartitioned(name(live.schema, live.name), live.name, part, standing)
            : addAndValidate(name(live.schema, live.name), live.name, part, standing)),
          short(
            ddl`comment on constraint ${name(part.name)} on ${name(live.schema, live.name)} is ${literal(part.mark)}`
              .sql,
          ),
        ];
      }),
      ...oldKeys(context).map((key) =>
        short(
          ddl`alter table ${target} drop constraint if exists ${name(isOwn(context, key.name) ? aside(key.name) : key.name)}`
            .sql,
        ),
      ),
    ];
  },

  async undo(context) {
    const { live, declared } = context;
    const target = name(live.schema, live.name);
    const standing = await standingKeys(context);
    const missing = declared.references.filter(
      (each) => !standing.some((key) => key.table === live.name && key.name === each.name),
    );
    const taken = oldKeys(context).filter(({ name: own }) => isOwn(context, own));
    return [
      ...[...missing, ...taken].map((each) =>
        short(ddl`alter table ${target} drop constraint if exists ${name(each.name)}`.sql),
      ),
      ...oldKeys(context).flatMap((key) => putBack(target, key, live.kind === 'partitioned')),
    ];
  },
};

type Part = ReturnType<typeof referenceParts>[number];

function addAndValidate(
  target: Ddl,
  table: string,
  { name: own, clause }: Part,
  standing: readonly StandingKey[],
): Action[] {
  const found = standing.find((key) => key.table === table && key.name === own);
  return [
    ...(found === undefined
      ? [short(ddl`alter table ${target} add constraint ${name(own)} ${clause} not valid`.sql)]
      : []),
    ...(found?.validated === true
      ? []
      : [long(ddl`alter table ${target} validate constraint ${name(own)}`.sql)]),
  ];
}

/** The keys of the partitions are taken over, so that no row is checked under the lock. */
const addPartitioned = (
  target: Ddl,
  table: string,
  { name: own, clause }: Part,
  standing: readonly StandingKey[],
): Action[] =>
  standing.some((key) => key.table === table && key.name === own)
    ? []
    : [short(ddl`alter table ${target} add constraint ${name(own)} ${clause}`.sql)];

/** Whether a key that stands has a name that a new one is to have. */
const isOwn = ({ declared }: StepContext, key: string): boolean =>
  declared.references.some((each) => each.name === key);

/** What such a key is called until it is dropped. */
const aside = (key: string): string => objectName(key, 'without_tenant');

/** The keys that a new one replaces: without the tenant, or to the tenants under another name. */
function oldKeys(context: StepContext) {
  const replaced = referencesOfPlan(context.planned, context.live, context);
  return context.live.constraints.filter(
    ({ kind, name: own, columns, foreignName }) =>
      kind === 'foreign' &&
      columns.length === 1 &&
      !(columns[0] === context.planned.column && isOwn(context, own)) &&
      replaced.some(
        ({ column, foreign }) =>
          column === columns[0] &&
          foreignName !== null &&
          pathOf(foreignName) === pathOf(foreign.live),
      ),
  );
}

function putBack(
  target: Ddl,
  key: { readonly name: string; readonly definition: string },
  isPartitioned: boolean,
): Action[] {
  const definition: Ddl = { sql: key.definition.replace(/ NOT VALID$/, '') };
  const add = ddl`alter table ${target} add constraint ${name(key.name)} ${definition}${isPartitioned ? ddl`` : ddl` not valid`}`;
  return [
    short(
      ddl`
        do $tenantry$
        begin
          if not exists (select from pg_constraint where conrelid = ${literal(target.sql)}::regclass and conname = ${literal(key.name)}) then
            ${add};
          end if;
        end
        $tenantry$
      `.sql,
    ),
    ...(isPartitioned
      ? []
      : [long(ddl`alter table ${target} validate constraint ${name(key.name)}`.sql)]),
  ];
}

async function crossing(
  context: StepContext,
  { column, foreign, foreignColumn }: PlannedReference,
): Promise<AdoptFinding[]> {
  const { connection, live, planned, progress } = context;
  progress(`comparing ${planned.table}.${column} with ${foreign.planned.table}`);
  const key = keyOf(live);
  const shown =
    key.length === 0
      ? ddl`jsonb_build_object('ctid', t.ctid)`
      : ddl`jsonb_build_object(${join(key.map((each) => ddl`${literal(each)}, t.${name(each)}`))})`;
  const isTenants = foreign.planned.is === 'tenants';
  const wrong = isTenants
    ? ddl`p.${name(foreignColumn)} is null and t.${name(column)} is not null`
    : ddl`p.${name(foreign.planned.column ?? '')} <> t.${name(planned.column ?? '')}`;
  const [row] = await asReader(context, () =>
    rowsOf<{ rows: number; keys: AdoptFinding['keys'] }>(
      connection,
      ddl`
      with crossing as (
        select ${shown} as key, row_number() over () as nth
        from ${name(live.schema, live.name)} t
        ${isTenants ? ddl`left join` : ddl`join`} ${name(foreign.live.schema, foreign.live.name)} p on p.${name(foreignColumn)} = t.${name(column)}
        where ${wrong}
      )
      select count(*)::int as rows, coalesce(jsonb_agg(key order by nth) filter (where nth <= ${{ sql: String(mostKeys) }}), '[]') as keys from crossing
    `.sql,
    ),
  );
  const { rows = 0, keys = [] } = row ?? {};
  if (rows === 0) return [];
  if (isTenants) {
    return [
      {
        code: 'ADOPT_TENANT_UNKNOWN',
        table: planned.table,
        rows,
        keys,
        found: `${rows === 1 ? 'a row has a tenant' : `${rows} rows have tenants`} in ${column} that ${foreign.planned.table} does not have.`,
        fix: 'Insert the tenant, or correct these rows, then run adopt again.',
      },
    ];
  }
  return [
    {
      code: 'ADOPT_REFERENCE_CROSSES',
      table: planned.table,
      rows,
      keys,
      found: `${rows === 1 ? 'a row references a row' : `${rows} rows reference rows`} of ${foreign.planned.table} by ${column} that ${rows === 1 ? 'belongs' : 'belong'} to another tenant.`,
      fix: `Correct ${column} or the tenant of these rows, then run adopt again.`,
    },
  ];
}

const standingKeys = ({ connection, live }: StepContext) =>
  rowsOf<StandingKey>(
    connection,
    `select c.relname::text as "table", k.conname::text as name, k.convalidated as validated
     from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
     where k.contype = 'f' and (k.conrelid = $1::oid or k.conrelid in (select i.inhrelid from pg_catalog.pg_inherits i where i.inhparent = $1::oid))`,
    [live.oid],
  );
