import { TenantryError } from '@tenantry/core';
import { check, checkType, typeName } from '@tenantry/core/errors';
import { snake } from './names.ts';
import type { MadeTable, TableDeclarations } from './rules.ts';

interface Part {
  /** What the table is called when nothing else is said. */
  readonly name?: string;
  readonly columns?: () => Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: options differ from part to part
  readonly rules: (t: any, options?: any) => readonly unknown[];
}

/** A feature with tables: rbac, limits, audit, billing. */
export interface FeatureWithTables {
  readonly name: string;
  readonly tables: object;
}

/** Names of tables by the part, `false` for a part that is left out. */
export type FeatureTableNames<F extends FeatureWithTables> = {
  readonly [P in keyof F['tables'] & string]?: string | false;
};

/**
 * All tables of a feature that `generate` makes, under their usual names: `rbac.tables.memberRoles` is
 * `member_roles`. Tables that are yours, such as that of the tenants, are not among them; declare them
 * with the rules of the feature. A declaration that follows replaces one of these.
 *
 * @param names other names of tables, and `false` for those that you do not need
 * @throws TenantryError `CONFIG_INVALID` for a part that the feature does not have
 * @example
 * ```ts
 * tables: {
 *   ...featureTables(rbac),
 *   ...featureTables(limits, { limitEvents: false }),
 *   organizations: rbac.tables.tenants.rules,
 *   projects: (t) => [...rbac.isolate(t), ...limits.counts(t, 'projects')],
 * }
 * ```
 */
export function featureTables<F extends FeatureWithTables>(
  feature: F,
  names: FeatureTableNames<F> = {},
): TableDeclarations {
  check(
    typeName((feature as Partial<F> | null | undefined)?.tables) === 'object',
    `feature of featureTables of type ${typeName(feature)}`,
    'Pass a feature with tables, such as what defineRbac returns.',
  );
  checkType(names, 'object', 'names of featureTables');
  for (const [part, name] of Object.entries<unknown>(names))
    if (name !== false) checkType(name, 'string?', `name ${part} of featureTables`);
  const parts = Object.entries(feature.tables as Readonly<Record<string, Part>>);
  const given = names as Readonly<Record<string, string | false | undefined>>;
  const unknown = Object.keys(given).find((part) => !parts.some(([own]) => own === part));
  if (unknown !== undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `featureTables(${feature.name}) names the part ${unknown}, which it does not have.`,
      fix: `Its parts are ${parts.map(([part]) => part).join(', ')}.`,
    });
  }
  const named = parts.map(
    ([part, { name }]) => [part, given[part] ?? name ?? snake(part)] as const,
  );
  const made = new Map(
    named.filter((each): each is readonly [string, string] => each[1] !== false),
  );
  return Object.fromEntries(
    parts.flatMap(([part, { columns, rules }]): [string, MadeTable][] => {
      const table = made.get(part);
      if (columns === undefined || table === undefined || !isWhole(part)) return [];
      const options = (others: Readonly<Record<string, () => object>>) =>
        Object.fromEntries([...made].map(([other, title]) => [other, others[title]]));
      const whole: MadeTable = {
        columns,
        // the rules of one part may need other parts: { subscriptions: () => … }
        rules: (t, others) => (rules.length < 2 ? rules(t) : rules(t, options(others))),
      };
      return [[table, whole]];
    }),
  );
}

/** The users and the tenants are tables of the application, to which a feature adds columns. */
const isWhole = (part: string) => part !== 'users' && part !== 'tenants';
