import { type Tenancy, TenantryError } from '@tenantry/core';
import { isStorableText } from '@tenantry/core/errors';
import type { Queryable } from '@tenantry/core/sql';
import type { ActionSchemas } from '../actions.ts';
import { calls } from '../calls.ts';
import { readScope } from '../read/scope.ts';
import { invalid, metadataText } from './metadata.ts';
import { type AuditTransaction, assertTransaction } from './transaction.ts';

/** The input of `audit.log`. */
export interface LogInput {
  readonly resource: readonly [type: string, id?: string | null];
  readonly reason?: string;
  readonly metadata?: unknown;
  readonly [tenant: string]: unknown;
}

/** The configuration of the writer. */
export interface WriterOptions {
  readonly tenancy: Tenancy;
  readonly actions: ActionSchemas;
  readonly personal: readonly string[];
  readonly maxMetadataBytes: number;
}

const longest = 200;
const longestReason = 1000;

/**
 * Makes `audit.log`. Errors of an entry are thrown synchronously, so that in a batch the collected
 * statements are not sent either.
 */
export function writer(options: WriterOptions) {
  return (tx: AuditTransaction, action: string, input: LogInput): Promise<string> => {
    const db = assertTransaction(tx);
    return write(db, action, read(options, action, input));
  };
}

interface Read {
  readonly resourceType: string;
  readonly resourceId: string | null;
  readonly reason: string | null;
  readonly metadata: string;
  readonly personal: string | null;
  readonly tenant: string | undefined;
}

function read(options: WriterOptions, action: string, input: LogInput): Read {
  const schema = Object.hasOwn(options.actions, action) ? options.actions[action] : undefined;
  if (schema === undefined) {
    throw new TenantryError('AUDIT_ACTION_UNKNOWN', { found: JSON.stringify(action) });
  }
  const parsed = schema.safeParse(input.metadata ?? {});
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      ({ path, message }) => `${['metadata', ...path].map(String).join('.')}: ${message}`,
    );
    throw invalid(action, issues.slice(0, 5).join('; '));
  }
  const [plain, personal] = split(parsed.data, options.personal);
  const [resourceType, resourceId = null] = input.resource;
  return {
    resourceType: text(action, 'resource type', resourceType, longest),
    resourceId: resourceId === null ? null : text(action, 'resource id', resourceId, longest),
    reason: input.reason === undefined ? null : text(action, 'reason', input.reason, longestReason),
    metadata: metadataText(action, plain, options.maxMetadataBytes),
    personal:
      personal === undefined ? null : metadataText(action, personal, options.maxMetadataBytes),
    tenant: namedTenant(options.tenancy, input),
  };
}

/** The tenant of the entry; in a tenant scope it is optional. */
function namedTenant(tenancy: Tenancy, input: LogInput): string | undefined {
  const named = input[tenancy.property];
  if (named === undefined) return undefined;
  const tenant = tenancy.parseId(named);
  const { tenant: own } = readScope(tenancy);
  if (own === undefined) return tenant;
  if (own === tenant) return undefined;
  throw new TenantryError('TENANT_SWITCH_REFUSED', {
    found: `an audit entry for ${tenancy.tenant} ${tenant} in a scope of another one.`,
  });
}

/** Separates personal metadata into its own column, where it can be erased. */
function split(
  metadata: Readonly<Record<string, unknown>>,
  personal: readonly string[],
): [Record<string, unknown>, Record<string, unknown> | undefined] {
  const entries = Object.entries(metadata);
  const found = entries.filter(([key, value]) => personal.includes(key) && value !== undefined);
  return [
    Object.fromEntries(entries.filter(([key]) => !personal.includes(key))),
    found.length === 0 ? undefined : Object.fromEntries(found),
  ];
}

function text(action: string, what: string, value: unknown, most: number): string {
  if (isStorableText(value) && value.length > 0 && value.length <= most) return value;
  throw invalid(action, `its ${what} is not a text of 1 to ${most} characters`);
}

async function write(db: Queryable, action: string, entry: Read): Promise<string> {
  const { resourceType, resourceId, reason, metadata, personal, tenant } = entry;
  const said = [action, resourceType, resourceId, reason, metadata, personal] as const;
  return tenant === undefined ? calls.write(db, ...said) : calls.writeFor(db, tenant, ...said);
}
