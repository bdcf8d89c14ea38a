import { standingAfter } from '../objects/standing-after.ts';
import type { MadeObject, ObjectId } from '../objects/types.ts';
import type { Section } from '../section.ts';
import { isOurs, type Migrated } from './read.ts';
import { schemaOf } from './schema.ts';

interface Found {
  readonly objects: Iterable<MadeObject>;
  find(id: ObjectId): MadeObject | undefined;
}

/**
 * In which order to deploy, a sentence each, where code from before and code from now do not both work
 * with the database: other roles, another word, another context.
 */
export function rolloutNotes(all: readonly Section[], { standing }: Migrated): string[] {
  if (![...standing.objects].some(isOurs)) return [];
  const expected: Found = standingAfter(all);
  const schema = schemaOf(all);
  return [
    ...roleNotes(standing, expected, schema),
    ...contextNotes(standing, expected, schema),
    ...wordNotes(standing, expected, schema),
  ];
}

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
        ? `order: code that takes on role ${name} works until \`previous\` is taken out of tenantry.config.ts; deploy the new code before that.`
        : `order: role ${name} loses its rights; code that takes it on fails with 42501 from here on. To keep it running, name it in tenantry.config.ts, previous: { roles: { app: '${name}' } }, and take that out when the old code is gone.`,
    );
}

function contextNotes(before: Found, now: Found, schema: string): string[] {
  if (
    !isSigned(before, schema) &&
    isSigned(now, schema) &&
    !bodyOf(now, schema).includes("position('|'")
  ) {
    return [
      "order: the context is signed from here on; code from before fails with 28000. To keep it running, set previous: { context: 'plain' } in tenantry.config.ts, deploy the new code, and take that out.",
    ];
  }
  if (
    isSigned(before, schema) &&
    !isSigned(now, schema) &&
    !bodyOf(before, schema).includes("position('|'")
  ) {
    return [
      "order: the context is plain from here on; code from before signs it and fails. Stay signed with previous: { context: 'plain' } in tenantry.config.ts until code with a plain context is deployed; then write this migration.",
    ];
  }
  return [];
}

function wordNotes(before: Found, now: Found, schema: string): string[] {
  const [old, next] = [settingOf(bodyOf(before, schema)), settingOf(bodyOf(now, schema))];
  if (old === undefined || next === undefined || old === next) return [];
  return [
    `order: the tenant is named by ${next} instead of ${old}, and its columns change with it: code from before and code from now do not both work. Stop the old code, migrate, start the new.`,
  ];
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
