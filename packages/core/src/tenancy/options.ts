import { check, checkOptions } from '../errors/index.ts';
import { isPlainText } from '../scope/actor.ts';
import { tenantColumnOf } from '../sql/tenant-names.ts';
import { defaultSchema } from '../sql/text-in-schema.ts';
import { type IdKind, isIdKind } from './ids.ts';
import { isRoleName } from './role-name.ts';
import { isSchemaName } from './schema-name.ts';

/** The database roles that the pool switches to. */
export interface DatabaseRoles {
  /** Serves tenants: policies show it the rows of one tenant, and it owns nothing. Default: 'app'. */
  readonly app: string;
  /** Does cross-tenant work inside `asSystem`: policies show it all rows. Default: 'system'. */
  readonly system: string;
}

/** What {@link defineTenancy} takes. */
export interface TenancyOptions<T extends string, K extends IdKind> {
  /**
   * The one word for the tenant, in the singular and in camelCase: `organization`, `workspace`,
   * `account`, `team`. Columns, properties, settings and errors are named after it.
   */
  readonly tenant: T;
  /**
   * How tenant ids are stored: `uuid`; `text`, also varchar(n) and char(n); `integer` or `bigint`, also
   * serial, bigserial and identity columns. An integer is a number in TypeScript, a bigint a bigint, all
   * others are strings.
   */
  readonly id: K;
  /**
   * The tenant column of your tables, as the database spells it, when its name does not follow from the
   * word: `org_id`, `organizationId`. At most 63 bytes. A table with another name says so itself:
   * `isolate(t, { tenant: t.ownerTeamId })`. Default: the word in snake_case and `_id`.
   */
  readonly column?: string | undefined;
  /**
   * Names of the database roles, when `app` and `system` are taken.
   * Default: `{ app: 'app', system: 'system' }`.
   */
  readonly roles?: Partial<DatabaseRoles>;
  /**
   * `signed` makes a context that injected SQL cannot forge. It costs about 12 µs a statement and needs
   * `contextSecret` on the pool. Default: 'plain'.
   */
  readonly context?: 'plain' | 'signed';
  /**
   * What the database is: `postgres`, one server; `citus`, a cluster that distributes the tables by
   * tenant. It decides what `generate` writes and how the pool enters a scope; application code is the
   * same. Citus has no signed context. Default: 'postgres'.
   */
  readonly dialect?: 'postgres' | 'citus' | undefined;
  /**
   * The PostgreSQL schema of Tenantry's own tables and functions. A second tenancy in the same database
   * needs another schema. Lower-case letters, digits and _, at most 50, beginning with a letter; not a
   * reserved word of PostgreSQL, `public`, `app`, `pg_…` or `information_schema`. It cannot change after
   * the first migration. In another schema than the default, the setting of the tenant is
   * `<schema>.<tenant>_id`. Default: 'tenantry'.
   */
  readonly schema?: string | undefined;
  /**
   * The secret that signs captured scopes, at least 32 characters. Of several, the first signs and all
   * verify. Default: none; `capture()` then throws.
   */
  readonly secret?: string | readonly string[] | undefined;
}

/** The options, checked and completed. */
export interface ResolvedTenancyOptions<T extends string, K extends IdKind> {
  readonly tenant: T;
  readonly id: K;
  readonly column: string;
  readonly roles: DatabaseRoles;
  readonly context: 'plain' | 'signed';
  readonly dialect: 'postgres' | 'citus';
  readonly schema: string;
  readonly secrets: readonly string[];
}

const word = /^[a-z][A-Za-z0-9]{0,30}$/;

/** Checks and completes options. @throws TenantryError `CONFIG_INVALID` */
export function readTenancyOptions<T extends string, K extends IdKind>(
  options: TenancyOptions<T, K>,
): ResolvedTenancyOptions<T, K> {
  checkOptions('defineTenancy', options, {
    tenant: 'any',
    id: 'any',
    column: 'any',
    roles: 'object?',
    context: 'any',
    dialect: 'any',
    schema: 'any',
    secret: 'any',
  });
  const { tenant, id, context = 'plain', dialect = 'postgres', schema = defaultSchema } = options;
  const roles = Object.freeze({ app: 'app', system: 'system', ...options.roles });
  const secrets = [options.secret ?? []].flat();
  check(
    typeof tenant === 'string' && word.test(tenant),
    'option tenant',
    "Use one camelCase word in the singular, such as 'organization'.",
  );
  check(isIdKind(id), 'option id', "Use 'uuid', 'text', 'integer' or 'bigint'.");
  const column = options.column ?? tenantColumnOf(tenant);
  check(
    isPlainText(column, 63) && Buffer.byteLength(column) <= 63,
    'option column',
    'Use 1 to 63 bytes without control characters.',
  );
  check(
    isRoleName(roles.app) && isRoleName(roles.system) && roles.app !== roles.system,
    'option roles',
    'Use two different names of lower-case letters, digits and _.',
  );
  check(context === 'plain' || context === 'signed', 'option context', "Use 'plain' or 'signed'.");
  check(
    dialect === 'postgres' || dialect === 'citus',
    'option dialect',
    "Use 'postgres' or 'citus'.",
  );
  check(
    dialect === 'postgres' || context === 'plain',
    "option context: 'signed' with dialect: 'citus'",
    'Leave context out: the workers of Citus cannot check a signature.',
  );
  check(
    isSchemaName(schema),
    'option schema',
    "Use at most 50 lower-case letters, digits and _, such as 'workspaces_tenancy'; no reserved word, not public, app, pg_… or information_schema.",
  );
  check(
    secrets.every((secret) => typeof secret === 'string' && secret.length >= 32),
    'option secret',
    'Use at least 32 random characters.',
  );
  return { tenant, id, column, roles, context, dialect, schema, secrets };
}
