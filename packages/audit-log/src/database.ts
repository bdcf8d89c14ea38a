import type {
  KyselyColumn,
  KyselyCounter,
  KyselyGenerated,
  KyselyTenant,
} from '@tenantry/rls/feature';

type JsonObject = Record<string, unknown>;

/**
 * The table of the log for Kysely. Entries are written by `audit.log`; no role of the application may
 * write the table. `Column` is the tenant column, `Id` the id of tenants in TypeScript.
 *
 * @example
 * ```ts
 * interface Database extends AuditDatabase { projects: ProjectsTable }
 * ```
 */
export interface AuditDatabase<Column extends string = 'organization_id', Id = string> {
  audit_logs: KyselyTenant<Column, Id> & {
    id: KyselyGenerated<string>;
    created_at: KyselyGenerated<Date>;
    source: KyselyGenerated<string>;
    action: string;
    resource_type: string;
    resource_id: string | null;
    metadata: KyselyGenerated<JsonObject>;
    personal: KyselyColumn<JsonObject | null>;
    actor_type: KyselyGenerated<string>;
    actor_id: string | null;
    on_behalf_of: string | null;
    ip_address: string | null;
    request_id: string | null;
    reason: string | null;
    transaction_id: KyselyCounter;
    salt: Uint8Array | null;
    content_hash: Uint8Array | null;
    erased: KyselyColumn<JsonObject | null>;
  };
}
