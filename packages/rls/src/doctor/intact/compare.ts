import { defaultSchema, name } from '@tenantry/core/sql';
import type { GeneratedObject } from '../../generate/index.ts';
import type { RoleSummary } from '../catalogue/model.ts';
import type { DoctorConnection } from '../catalogue/read.ts';
import { compareFunctions } from './compare-functions.ts';
import { compareHanging, hangingObjects } from './compare-hanging.ts';
import { compareOthers } from './compare-others.ts';
import { compareRights } from './compare-rights.ts';
import type { Context } from './context.ts';
import { type Live, type LiveRelation, pathOf } from './live.ts';
import { shadowStatement } from './rewrite.ts';
import { makeShadows, type Shadows } from './shadow.ts';
import type { Comparison } from './types.ts';

/** The input of the comparison. */
export interface Compared {
  readonly wanted: readonly GeneratedObject[];
  readonly sections: ReadonlyMap<string, readonly string[]>;
  readonly live: Live;
  readonly roles: readonly RoleSummary[];
  readonly version: number;
  readonly whole: boolean;
  /** Whether the server is a standby, which cannot create objects. */
  readonly standby: boolean;
}

const noShadows: Shadows = { functions: new Map(), hanging: new Map(), unseen: [] };

/**
 * Compares everything that `generate` makes with the database: functions, objects that depend on tables,
 * rights, owners, comments, row security.
 */
export async function compare(
  connection: DoctorConnection,
  { wanted, sections, live, roles, version, whole, standby }: Compared,
): Promise<Comparison> {
  const asked = questions(wanted, live);
  const shadows = standby
    ? {
        ...noShadows,
        unseen: [
          'the words of functions and policies: a standby makes nothing to compare them with',
        ],
      }
    : await makeShadows(connection, asked);
  const context: Context = {
    wanted,
    sections,
    live,
    shadows: { ...shadows, hanging: asked.spread(shadows.hanging) },
    roles: new Map(roles.map((role) => [role.name, role])),
    version,
    whole,
    schema: wanted.find(({ kind }) => kind === 'schema')?.schema ?? defaultSchema,
    owner: ownerOf(wanted, live),
  };
  return {
    differences: [
      ...compareFunctions(context),
      ...compareHanging(context),
      ...compareOthers(context),
      ...compareRights(context),
    ],
    objects: wanted.length,
    functions: new Set(
      wanted.filter(({ kind }) => kind === 'function').map((each) => `${each.schema}.${each.name}`),
    ),
    unseen: shadows.unseen,
  };
}

/**
 * The objects that the server creates for the comparison: every function, and one of each shape of the
 * objects that depend on tables. When statement, column types and catalogue entry are the same, the
 * answer for one table holds for all.
 */
function questions(wanted: readonly GeneratedObject[], live: Live) {
  const shapes = new Map<string, GeneratedObject>();
  const sameAs = new Map<GeneratedObject, GeneratedObject>();
  const tables = new Map<number, { table: LiveRelation; objects: GeneratedObject[] }>();
  for (const { object, table, found } of hangingObjects({ wanted, live })) {
    if (found === undefined || object.kind === 'foreign key') continue;
    const words = (shadowStatement(object, 'owner', new Map()) ?? object.text)
      .replaceAll(name(object.relation).sql, '"t"')
      .replaceAll(name(object.name).sql, '"o"');
    const types = object.mentions.map((column) => `${column} ${table.columns?.[column] ?? ''}`);
    const shape = JSON.stringify([
      object.kind,
      words,
      types.filter((each) => !each.endsWith(' ')),
      found.definition.replaceAll(object.name, 'o'),
    ]);
    const first = shapes.get(shape);
    sameAs.set(object, first ?? object);
    if (first !== undefined) continue;
    shapes.set(shape, object);
    const known = tables.get(table.oid) ?? { table, objects: [] };
    tables.set(table.oid, known);
    known.objects.push(object);
  }
  return {
    functions: wanted.filter(
      ({ kind, schema, name: own }) =>
        kind === 'function' && live.functions.has(pathOf(schema, own)),
    ),
    tables: [...tables.values()],
    /** Copies the answer for the first object of a shape to all objects of that shape. */
    spread(answers: Shadows['hanging']): Shadows['hanging'] {
      const spread = new Map(answers);
      for (const [object, first] of sameAs) {
        const answer = answers.get(first);
        if (answer === undefined || object === first) continue;
        spread.set(object, {
          ...answer,
          name: object.name,
          definition: answer.definition.replaceAll(first.name, object.name),
        });
      }
      return spread;
    },
  };
}

/** The owner of most tables, which is the migrating login. */
function ownerOf(wanted: readonly GeneratedObject[], live: Live): string | undefined {
  const counts = new Map<string, number>();
  for (const { kind, schema, relation } of wanted) {
    if (kind !== 'row security') continue;
    const owner = live.relations.get(pathOf(schema, relation))?.owner;
    if (owner !== undefined) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
