import type { GeneratedTable } from '../generate.ts';
import type { Standing, StandingObject } from '../objects/standing.ts';
import { standingAfter } from '../objects/standing-after.ts';
import type { Section } from '../section.ts';
import { splitStatements } from '../statements.ts';
import { dropKey, ifItIsThere, inOrder, keyWithoutName, type Step, stepOf } from './order.ts';
import { begins, changesOf, ends, isOurs, type Migrated, type Origin } from './read.ts';
import { close, removeFirst, removeLast, withhold } from './removals.ts';
import { renamedKeys, withRenames } from './renames.ts';
import { stops } from './take-down.ts';

/** The input of {@link aroundTables}. */
export interface AroundInput {
  /** The text of the migration that drizzle-kit just wrote. */
  readonly text: string;
  /** The state after the earlier migrations. */
  readonly before: Migrated;
  /** Everything that is declared: the foundation and all sections. */
  readonly all: readonly Section[];
  readonly tables: readonly GeneratedTable[];
}

const breakpoint = '--> statement-breakpoint';

/**
 * Makes a migration of drizzle-kit safe. Before its statements it drops the objects that would block them
 * and those that are no longer declared. It removes statements about policies that are not the user's and
 * about row-level security. A table that it creates is closed in the next statement.
 *
 * The dropped objects are created again by the migrations that `generate` writes after it. In between the
 * tables are closed.
 */
export function aroundTables(input: AroundInput): string {
  const { text, before, all } = input;
  const written = withRenames(statementsOf(text), before.standing);
  const now = before.standing.follow();
  const kept: string[] = [];
  const down = new Set<StandingObject<Origin>>();
  for (const statement of written) {
    for (const each of stepsOf(statement, now, input)) {
      kept.push(each.statement);
      for (const change of each.changes) {
        for (const object of now.objects) {
          if (object.was !== undefined && isOurs(object) && stops(object, change, now)) {
            down.add(object.was);
          }
        }
        now.apply([change], { file: '', isOurs: false });
      }
    }
  }
  const keys = renamedKeys(now, standingAfter(all));
  for (const [key, statement] of keys) if (!down.has(key)) kept.push(statement);
  const policies = [...down].filter(({ kind }) => kind === 'policy');
  const closed = new Set(policies.map(({ schema, relation }) => `${schema}.${relation}`));
  const inFront = [
    ...[...closed].map((table) =>
      close(policies.filter(({ schema, relation }) => `${schema}.${relation}` === table)),
    ),
    ...[...down].flatMap((object) => withhold(object, before.standing.objects)),
    ...removeFirst([
      ...new Set([...down, ...noLongerDeclared(now, all).filter((each) => !keys.has(each))]),
    ]),
    ...removeLast(policies),
  ];
  if (inFront.length > 0) {
    return joined([
      `${begins}: taken down for what follows; the migration behind this one puts it up again\nset local lock_timeout = '5s';`,
      ...inFront.slice(0, -1),
      `${inFront.at(-1)}\n${ends}`,
      ...kept,
    ]);
  }
  return joined(kept.length === 0 ? [nothing] : kept);
}

const nothing =
  '-- drizzle-kit no longer keeps the policies: the migration behind this one writes them.';

const joined = (statements: readonly string[]) => `${statements.join(`\n${breakpoint}\n`)}\n`;

function statementsOf(text: string): string[] {
  const parts = text.split(breakpoint).map((part) => part.trim());
  return inOrder(
    parts.flatMap((part) => (keyWithoutName(part) === undefined ? splitStatements(part) : [part])),
  );
}

function stepsOf(statement: string, now: Standing<Origin>, input: AroundInput): Step[] {
  const table = keyWithoutName(statement);
  if (table !== undefined) return [dropKey(table)];
  return rewritten(statement, now, input).map((each) => stepOf(ifItIsThere(each)));
}

/** Undeclared triggers and keys, with the new names of their tables. */
function noLongerDeclared(
  now: Standing<Origin>,
  all: readonly Section[],
): StandingObject<Origin>[] {
  const expected = standingAfter(all);
  return [...now.objects].flatMap((object) => {
    const goes = object.kind === 'trigger' || object.kind === 'foreign key';
    if (!goes || object.was === undefined || !isOurs(object)) return [];
    return expected.find(object) === undefined ? [object.was] : [];
  });
}

/** A statement of drizzle-kit without the parts about our objects. */
function rewritten(statement: string, now: Standing<Origin>, { tables }: AroundInput): string[] {
  for (const change of changesOf(statement)) {
    if (change.does === 'drop' && change.id.kind === 'row security') return [];
    if ('id' in change && change.id.kind === 'policy') {
      const policy = now.find(change.id);
      if (policy === undefined || !isOurs(policy)) continue;
      if (change.does !== 'rename') return [];
      // the answer in a prompt mistook one of our policies for the user's
      const { schema, relation } = change.id;
      const table = tables.find((each) => each.schema === schema && each.name === relation);
      const wanted = table?.userPolicies.find((each) => each.name === change.to);
      return wanted === undefined ? [] : [wanted.statement];
    }
    if (change.does === 'make' && change.object.kind === 'table') {
      const { schema, name: table } = change.object;
      const made = tables.find((each) => each.schema === schema && each.name === table);
      if (made === undefined) continue;
      return [statement, made.rowSecurity];
    }
  }
  return withoutDefault(statement);
}

const tenantColumn =
  /^(alter table \S+) add column ("(?:[^"]|"")+") (\S+) default (\(.*(?:no tenant in this transaction|[a-z0-9_]+\.(?:current|no)_tenant\().*\)) not null;$/is;

/**
 * A tenant column that is added to an existing table. PostgreSQL would evaluate its default for existing
 * rows, without a tenant, and fail even for an empty table, so the default is set afterwards.
 */
function withoutDefault(statement: string): string[] {
  const [, alter, column, type, value] = tenantColumn.exec(statement) ?? [];
  if (alter === undefined) return [statement];
  return [
    `${alter} ADD COLUMN ${column} ${type};`,
    `${alter} ALTER COLUMN ${column} SET DEFAULT ${value};`,
    `${alter} ALTER COLUMN ${column} SET NOT NULL;`,
  ];
}
