import type { IdKind, Tenancy, TenantProperty } from '@tenantry/core';
import { check, checkOptions, checkType, typeName, wholeNumber } from '@tenantry/core/errors';
import { checkTenancy, defaultSchema, isRoleName } from '@tenantry/core/sql';
import { type RetainDays, retentionOf } from '@tenantry/rls/feature';
import type { AuditActions } from './actions.ts';
import type { MaintainOptions } from './jobs/maintain.ts';
import type { TablePath } from './tables/columns.ts';

/** How many days auxiliary rows are kept, 1 to 3650; false keeps them for ever. */
export interface AuditRetention {
  /** Records of captures that failed. Days. Default: 90. */
  readonly failures?: RetainDays;
}

/** What `defineAudit(tenancy, options)` takes. */
export interface AuditOptions<A extends AuditActions, P extends string> {
  /** The actions of the application, each with the zod schema of its metadata. */
  readonly actions: A;
  /** Refuses writes without an actor, to the log and to captured tables. Default: false. */
  readonly strict?: boolean;
  /**
   * What happens to a write whose capture fails. `noted`: the write succeeds, and its entry has the
   * values as texts and `captureFailed: { sqlstate, table, operation }`; when even that cannot be
   * written, a row in `tenantry.audit_failures` records it. `refused`: the write fails; this saves each
   * captured statement a subtransaction. In both modes an error of the whole transaction (40001, 40P01, a
   * cancelled statement, a lock timeout, a full disk) and an actor without its signature fail the write.
   * Default: 'recorded'; with `strict` 'refused'.
   */
  readonly captureFailures?: 'recorded' | 'refused';
  /**
   * Top-level keys of metadata that can be erased later without breaking a proof: `['email']`.
   * Default: none.
   */
  readonly personal?: readonly string[];
  /** The largest metadata of an entry as JSON, in bytes, 256 to 1,048,576. Default: 16384. */
  readonly maxMetadataBytes?: number;
  /**
   * `sealed`: seals follow some seconds later. `linked`: in addition each entry joins a chain of its
   * tenant at commit, so no entry is ever without proof; writers of one tenant then commit one at a time.
   * Default: 'sealed'.
   */
  readonly evidence?: 'sealed' | 'linked';
  /**
   * Months that entries are kept after their own month. A tenant can have its own retention.
   * Default: forever.
   */
  readonly keepMonths?: number;
  /**
   * How long auxiliary rows are kept, applied by `tenantry maintain` and `startUpkeep`. Default: see
   * {@link AuditRetention}.
   */
  readonly retention?: AuditRetention;
  /**
   * Receives the entries that retention is about to delete; when it fails, nothing is deleted.
   * Default: none.
   */
  readonly archive?: MaintainOptions<P>['archive'];
  /** The name of the table, or its schema and name. Default: 'audit_logs'. */
  readonly table?: string | TablePath;
  /**
   * The only role that can insert into the log. The migration creates it, and nobody logs in as it.
   * Removing a log revokes the rights of its role, so each schema has its own. Default: 'audit_writer';
   * for a tenancy with a schema of its own '<schema>_audit_writer'.
   */
  readonly role?: string;
}

const actionName = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;

/** The definition of a log: checked options with their defaults. @throws TenantryError `CONFIG_INVALID` */
export function readOptions<T extends string, K extends IdKind>(
  tenancy: Tenancy<T, K>,
  options: AuditOptions<AuditActions, TenantProperty<T, K>>,
) {
  checkTenancy(tenancy, 'defineAudit');
  checkOptions('defineAudit', options, {
    actions: 'object',
    strict: 'boolean?',
    captureFailures: 'any',
    personal: 'array?',
    maxMetadataBytes: 'number?',
    evidence: 'any',
    keepMonths: 'number?',
    retention: 'any',
    archive: 'function?',
    table: 'any',
    role: 'string?',
  });
  const { actions, strict = false, personal = [], maxMetadataBytes = 16_384 } = options;
  const { table = 'audit_logs', role = writerOf(tenancy), keepMonths, archive } = options;
  for (const [action, schema] of Object.entries(actions)) {
    checkType(schema, 'object', `schema of action ${JSON.stringify(action)}`);
    check(
      actionName.test(action) && action.length <= 100 && !action.startsWith('audit.'),
      `action ${JSON.stringify(action)}`,
      "Name actions like 'project.created': lower-case words with dots between, not under audit.",
    );
  }
  wholeNumber(maxMetadataBytes, {
    name: 'option maxMetadataBytes',
    least: 256,
    greatest: 1_048_576,
  });
  check(
    isRoleName(role) && role !== tenancy.roles.app && role !== tenancy.roles.system,
    `role ${JSON.stringify(role)} of the audit log`,
    'Use a name of lower-case letters, digits and _ that is neither the app nor the system role.',
  );
  for (const key of personal) checkType(key, 'string', 'a key of option personal of defineAudit');
  const { captureFailures, evidence = 'sealed' } = options;
  check(
    [undefined, 'recorded', 'refused'].includes(captureFailures),
    'option captureFailures',
    "Use 'recorded' or 'refused'.",
  );
  check(
    evidence === 'sealed' || evidence === 'linked',
    'option evidence',
    "Use 'sealed' or 'linked'.",
  );
  const path = typeof table === 'string' ? (['public', table] as const) : table;
  check(
    Array.isArray(path) &&
      path.length === 2 &&
      path.every((each) => typeof each === 'string' && each !== ''),
    `option table of type ${typeName(table)}`,
    "Name the table, or its schema and it: ['audit', 'entries'].",
  );
  return {
    tenancy,
    actions,
    strict,
    personal,
    maxMetadataBytes,
    role,
    /** Whether a failed capture fails the write. */
    refusing: (captureFailures ?? (strict ? 'refused' : 'recorded')) === 'refused',
    linked: evidence === 'linked',
    table: path,
    retention: retentionOf('defineAudit', { failures: 90 }, options.retention),
    maintain: {
      ...(keepMonths !== undefined && { keepMonths }),
      ...(archive !== undefined && { archive }),
    },
  };
}

/** The definition of a log. */
// biome-ignore lint/suspicious/noExplicitAny: a log of any tenancy
export type LogDefinition<T extends string = any, K extends IdKind = any> = ReturnType<
  typeof readOptions<T, K>
>;

const writerOf = ({ schema }: Tenancy): string =>
  schema === defaultSchema ? 'audit_writer' : `${schema}_audit_writer`;
