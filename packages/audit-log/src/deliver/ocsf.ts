import type { IdKind, Tenancy, TenantProperty } from '@tenantry/core';
import type { AuditEntry } from '../read/entry.ts';

/** An event of the Open Cybersecurity Schema Framework 1.3: API Activity, class 6003. */
export interface OcsfEvent {
  readonly category_uid: 6;
  readonly class_uid: 6003;
  readonly activity_id: number;
  readonly type_uid: number;
  readonly severity_id: 1;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly api: { readonly operation: string; readonly request?: { readonly uid: string } };
  readonly src_endpoint: { readonly ip?: string };
  readonly resources: readonly { readonly type: string; readonly uid?: string }[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly unmapped: Readonly<Record<string, unknown>>;
}

const classUid = 6003;
const activities: readonly (readonly [RegExp, number])[] = [
  [/(created|inserted|added|invited|uploaded)$/, 1],
  [/(read|viewed|listed|exported|downloaded)$/, 2],
  [/(updated|changed|renamed|archived|restored|accepted|set)$/, 3],
  [/(deleted|removed|revoked|truncated|erased|retired)$/, 4],
];
const other = 99;

/**
 * Maps an entry to OCSF: API Activity (6003), with the remaining fields under `unmapped`. The activity is
 * derived from the last word of the action: `project.created` is Create, an unknown word is Other.
 *
 * @param product the name of your product in the SIEM
 * @example
 * ```ts
 * const sink = { name: 'siem', deliver: (entries) => post(entries.map((e) => toOcsf(tenancy, e, { name: 'Acme' }))) };
 * ```
 */
export function toOcsf<T extends string, K extends IdKind>(
  tenancy: Pick<Tenancy<T, K>, 'property' | 'id'>,
  entry: AuditEntry<TenantProperty<T, K>>,
  product: { readonly name: string; readonly vendor?: string; readonly version?: string },
): OcsfEvent {
  const { action, actor, resource, reason } = entry;
  const activity = activities.find(([ending]) => ending.test(action))?.[1] ?? other;
  return {
    category_uid: 6,
    class_uid: classUid,
    activity_id: activity,
    type_uid: classUid * 100 + activity,
    severity_id: 1,
    time: Date.parse(entry.createdAt),
    actor:
      actor.type === 'user'
        ? { user: { uid: actor.id ?? 'erased' } }
        : { app_name: actor.id ?? actor.type },
    api: {
      operation: action,
      ...(actor.requestId !== null && { request: { uid: actor.requestId } }),
    },
    src_endpoint: actor.ip === null ? {} : { ip: actor.ip },
    resources: [{ type: resource.type, ...(resource.id !== null && { uid: resource.id }) }],
    metadata: {
      version: '1.3.0',
      uid: entry.id,
      event_code: action,
      original_time: entry.createdAt,
      tenant_uid: String((entry as Readonly<Record<string, unknown>>)[tenancy.property]),
      correlation_uid: entry.transactionId,
      product: {
        name: product.name,
        vendor_name: product.vendor ?? product.name,
        ...(product.version !== undefined && { version: product.version }),
      },
    },
    ...(reason !== null && { message: reason }),
    unmapped: {
      source: entry.source,
      metadata: entry.metadata,
      ...(actor.onBehalfOf !== null && { on_behalf_of: actor.onBehalfOf }),
    },
  };
}
