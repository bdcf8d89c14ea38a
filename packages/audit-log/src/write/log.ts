import { TenantryError } from '@tenantry/core';
import { checkType } from '@tenantry/core/errors';
import { namedTenant } from '@tenantry/core/scope';
import { isStorableText } from '@tenantry/core/sql';
import { calls } from '../calls.ts';
import type { LogDefinition } from '../options.ts';
import { invalid, metadataText } from './metadata.ts';
import { type AuditTransaction, assertTransaction } from './transaction.ts';

/** The input of `audit.log`. */
export interface LogInput {
  readonly resource: readonly [type: string, id?: string | null];
  readonly reason?: string;
  readonly metadata?: unknown;
}

const longest = 200;
const longestReason = 1000;

/**
 * Makes `audit.log`. Errors of an entry are thrown synchronously, so that in a batch the collected
 * statements are not sent either.
 */
export function writer(definition: LogDefinition) {
  return (tx: AuditTransaction, action: string, input: LogInput): Promise<string> => {
    const db = assertTransaction(tx);
    const { tenant, entry } = read(definition, action, input);
    return tenant === undefined ? calls.write(db, ...entry) : calls.writeFor(db, tenant, ...entry);
  };
}

function read(definition: LogDefinition, action: string, input: LogInput) {
  checkType(input, 'object', 'entry of audit.log');
  const { actions, maxMetadataBytes } = definition;
  const schema = Object.hasOwn(actions, action) ? actions[action] : undefined;
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
  const [plain, personal] = split(parsed.data, definition.personal);
  const [type, id = null] = input.resource;
  return {
    // in a tenant scope the transaction names it
    tenant: namedTenant(definition.tenancy, input),
    entry: [
      action,
      text(action, 'resource type', type, longest),
      id === null ? null : text(action, 'resource id', id, longest),
      input.reason === undefined ? null : text(action, 'reason', input.reason, longestReason),
      metadataText(action, plain, maxMetadataBytes),
      personal === undefined ? null : metadataText(action, personal, maxMetadataBytes),
    ] as const,
  };
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
