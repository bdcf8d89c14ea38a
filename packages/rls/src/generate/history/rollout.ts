import type { Standing } from '../objects/standing.ts';
import { standingAfter } from '../objects/standing-after.ts';
import type { MadeObject, ObjectId } from '../objects/types.ts';
import type { Section } from '../section.ts';
import { splitStatements } from '../statements.ts';
import { orderNote } from './deploy-orders.ts';
import { changesOf, isOurs, type Migrated, type Origin } from './read.ts';
import { rightNotes } from './right-orders.ts';
import { schemaOf } from './schema.ts';
import { tableChanges } from './table-orders.ts';

interface Found {
  readonly objects: Iterable<MadeObject>;
  find(id: ObjectId): MadeObject | undefined;
}

/**
 * The deploy orders, one sentence each, for changes with which old and new code cannot both work.
 *
 * @param migrated the state after the earlier migrations
 * @param text the migration of drizzle-kit, when there is one
 */
export function rolloutNotes(
  all: readonly Section[],
  { standing, columns }: Migrated,
  text = '',
): string[] {
  const expected = standingAfter(all);
  const schema = schemaOf(all);
  const word = wordsOf(standing, expected, schema);
  const tables = tableChanges(text, columns, word);
  const outside = concurrent.test(text) ? [outsideNote] : [];
  if (![...standing.objects].some(isOurs)) return [...tables.notes, ...outside];
  const now = standing.copy();
  for (const statement of splitStatements(text.replaceAll('--> statement-breakpoint', ''))) {
    now.apply(changesOf(statement), { file: '', isOurs: false });
  }
  return [
    ...roleNotes(standing, expected, schema),
    ...contextNotes(standing, expected, schema),
    ...wordNotes(standing, expected, schema),
    ...tables.notes,
    ...rightNotes(now as Standing<Origin>, expected, tables.renamed, schema),
    ...outside,
  ];
}

const concurrent = /\bindex concurrently\b/i;
const outsideNote =
  'run: an index is built concurrently, which no transaction allows, and migrate() of Drizzle fails on it. Build it by hand before the migration, with IF NOT EXISTS in both; when it fails half-way, `npx tenantry doctor` names the index that is left.';

function roleNotes(before: Found, now: Found, own: string): string[] {
  const isMember = (role: string) =>
    [...now.objects].some(({ of, name, text }) => of === 'role' && name === role && text !== '');
  return [...before.objects]
    .filter(
      ({ kind, of, schema, text }) =>
        kind === 'grant' && of === 'schema' && schema === own && text !== '',
    )
    .filter((object) => now.find(object) === undefined)
    .map(({ name }) =>
      isMember(name)
        ? `order: two releases: code that takes on role ${name} works until \`previous\` is taken out of tenantry.config.ts; deploy the new code before that.`
        : `order: two releases: role ${name} loses its rights; code that takes it on fails with 42501 from here on. To keep it running, name it in tenantry.config.ts, previous: { roles: { app: '${name}' } }, and take that out when the old code is gone.`,
    );
}

function contextNotes(before: Found, now: Found, schema: string): string[] {
  if (
    !isSigned(before, schema) &&
    isSigned(now, schema) &&
    !bodyOf(now, schema).includes("position('|'")
  ) {
    return [
      "order: two releases: the context is signed from here on; code from before fails with 28000. To keep it running, set previous: { context: 'plain' } in tenantry.config.ts, deploy the new code, and take that out.",
    ];
  }
  if (
    isSigned(before, schema) &&
    !isSigned(now, schema) &&
    !bodyOf(before, schema).includes("position('|'")
  ) {
    return [
      "order: two releases: the context is plain from here on; code from before signs it and fails. Stay signed with previous: { context: 'plain' } in tenantry.config.ts until code with a plain context is deployed; then write this migration.",
    ];
  }
  return [];
}

function wordNotes(before: Found, now: Found, schema: string): string[] {
  const [old, next] = [settingOf(bodyOf(before, schema)), settingOf(bodyOf(now, schema))];
  if (old === undefined || next === undefined || old === next) return [];
  return [orderNote('word renamed', `the tenant is named by ${next} instead of ${old}`)];
}

/** The tenant columns of the old and of the new word. */
function wordsOf(before: Found, now: Found, schema: string): readonly [string, string] | undefined {
  const [old, next] = [settingOf(bodyOf(before, schema)), settingOf(bodyOf(now, schema))];
  if (old === undefined || next === undefined || old === next) return undefined;
  return [old.replace(/^\w+\./, ''), next.replace(/^\w+\./, '')];
}

const own = (schema: string, name: string): ObjectId => ({
  kind: 'function',
  schema,
  relation: '',
  name,
});
const isSigned = (found: Found, schema: string) =>
  found.find(own(schema, 'context_signature(text)')) !== undefined;
const bodyOf = (found: Found, schema: string) =>
  found.find(own(schema, 'current_tenant()'))?.text ?? '';
const settingOf = (text: string) => /'([a-z0-9_]+\.[a-z0-9_]+_id)'/.exec(text)?.[1];
