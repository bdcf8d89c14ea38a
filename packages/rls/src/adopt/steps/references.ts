import { type Ddl, ddl, literal, name, textInSchema } from '@tenantry/core/sql';
import { foreignKeySql, referenceParts } from '../../generate/reference-sql.ts';
import { pathOf } from '../../model/table.ts';
import { type Action, long, short } from '../action.ts';
import { rowsOf } from '../connection.ts';
import type { AdoptFinding } from '../finding.ts';
import { leavesOf } from '../leaves.ts';
import { referencesOfPlan } from '../references.ts';
import { crossing } from './crossing.ts';
import { aside, dropIfSame, isOwn, oldKeys, putBack } from './old-keys.ts';
import type { Step, StepContext } from './step.ts';

interface StandingKey {
  /** The oid of the table or of its partition. */
  readonly table: number;
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
          return foreignKeySql('tenantry', declared, [reference]).map(({ sql }) =>
            short(textInSchema(context.tenancy.schema, sql)),
          );
        }
        return [
          ...leaves.flatMap((leaf) =>
            addAndValidate(name(leaf.schema, leaf.name), leaf.oid, part, standing),
          ),
          ...(leaves.length > 0
            ? addPartitioned(name(live.schema, live.name), live.oid, part, standing)
            : addAndValidate(name(live.schema, live.name), live.oid, part, standing)),
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

  async migration(context) {
    const target = name(context.live.schema, context.live.name);
    return oldKeys(context).map((key) => dropIfSame(target, key));
  },

  async undo(context) {
    const { live, declared } = context;
    const target = name(live.schema, live.name);
    const standing = await standingKeys(context);
    const missing = declared.references.filter(
      (each) => !standing.some((key) => key.table === live.oid && key.name === each.name),
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
  table: number,
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
  table: number,
  { name: own, clause }: Part,
  standing: readonly StandingKey[],
): Action[] =>
  standing.some((key) => key.table === table && key.name === own)
    ? []
    : [short(ddl`alter table ${target} add constraint ${name(own)} ${clause}`.sql)];

const standingKeys = ({ connection, live }: StepContext) =>
  rowsOf<StandingKey>(
    connection,
    `with recursive tree as (
       select $1::oid as relid
       union all select i.inhrelid from pg_catalog.pg_inherits i join tree on i.inhparent = tree.relid)
     select k.conrelid as "table", k.conname::text as name, k.convalidated as validated
     from pg_catalog.pg_constraint k join tree on tree.relid = k.conrelid where k.contype = 'f'`,
    [live.oid],
  );
