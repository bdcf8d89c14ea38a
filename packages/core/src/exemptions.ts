import { checkType, TenantryError } from './errors/index.ts';
import { defaultSchema } from './sql/text-in-schema.ts';

/**
 * Tables that Tenantry ignores, each with the reason: those of a queue, an auth library or a migration
 * tool. A key names a table (`sessions` in schema public, `drizzle.__drizzle_migrations`) or a whole
 * schema (`pgboss.*`); `*` stands for any characters of a name.
 */
export type Exemptions = Readonly<Record<string, string>>;

/** The exemption of a table: its key in the list, and the reason. */
export interface Exemption {
  readonly key: string;
  readonly reason: string;
}

/** Answers whether a table is exempt. */
export interface ExemptionMatcher {
  /** The key and the reason; undefined for a table that is not exempt. */
  find(schema: string, name: string): Exemption | undefined;
  /** The keys that matched none of the tables that `find` was asked for. */
  unused(): readonly string[];
}

const keyForm = /^(?:([^.*\s][^.]*)\.)?([^.\s]+)$/;

/**
 * Reads a list of exemptions. The pool, `generate` and `doctor` read the same list, so all of them ignore
 * the same tables.
 *
 * @throws TenantryError `CONFIG_INVALID` for a key that names no table or every table, and for an empty
 *   reason
 * @example
 * ```ts
 * const exempt = exemptionMatcher({ 'pgboss.*': 'the queue' });
 * exempt.find('pgboss', 'job')?.reason; // 'the queue'
 * ```
 */
export function exemptionMatcher(
  exemptions: Exemptions = {},
  ours: string = defaultSchema,
): ExemptionMatcher {
  checkType(exemptions, 'object', 'option exempt');
  const entries = Object.entries(exemptions).map(([key, reason]) => {
    const [, schema = 'public', table = ''] = keyForm.exec(key) ?? [];
    if (table === '' || (schema === 'public' && /^\*+$/.test(table)) || schema === ours) {
      throw new TenantryError('CONFIG_INVALID', {
        found: `exempt names ${JSON.stringify(key)}, which is ${table === '' ? 'no table' : schema === ours ? 'where Tenantry keeps what it stands on' : 'every table of schema public'}.`,
        fix: "Name a table ('auth.sessions') or a schema that is not yours ('pgboss.*').",
      });
    }
    if (typeof reason !== 'string' || reason.trim().length < 3) {
      throw new TenantryError('CONFIG_INVALID', {
        found: `exempt names ${JSON.stringify(key)} without a reason.`,
        fix: 'Say why, in words that the next reader understands.',
      });
    }
    return { key, reason, schema: pattern(schema), table: pattern(table) };
  });
  const used = new Set<string>();
  return {
    find(schema, name) {
      const found = entries.find((each) => each.schema.test(schema) && each.table.test(name));
      if (found === undefined) return undefined;
      used.add(found.key);
      return { key: found.key, reason: found.reason };
    },
    unused: () => entries.map(({ key }) => key).filter((key) => !used.has(key)),
  };
}

const pattern = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
