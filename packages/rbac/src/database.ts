import type { KyselyComputed, KyselyGenerated, KyselyTenant } from '@tenantry/rls/feature';

type Now = KyselyGenerated<Date>;
type Role = {
  role_id: string;
  own_role_id: KyselyComputed<string | null>;
  built_in_role_id: KyselyComputed<string | null>;
};

/**
 * The tables of rbac for Kysely, by their names in the database.
 *
 * `Column` is the tenant column, `Id` and `User` are the ids of tenants and users in TypeScript.
 * @example
 * ```ts
 * interface Database extends RbacDatabase { projects: ProjectsTable }
 * const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
 * ```
 */
export interface RbacDatabase<Column extends string = 'organization_id', Id = string, User = Id> {
  memberships: KyselyTenant<Column, Id> & { user_id: User; joined_at: Now };
  built_in_roles: { id: string; key: string; name: string; parent_id: string | null };
  built_in_role_permissions: { role_id: string; permission: string };
  roles: KyselyTenant<Column, Id> & {
    id: KyselyGenerated<string>;
    key: string;
    name: string;
    parent_id: string | null;
    built_in_parent_id: string | null;
  };
  permissions: {
    key: string;
    resource: string;
    action: string;
    description: KyselyGenerated<string>;
  };
  role_permissions: KyselyTenant<Column, Id> & { role_id: string; permission: string };
  member_roles: KyselyTenant<Column, Id> &
    Role & {
      id: KyselyGenerated<string>;
      user_id: User;
      resource_type: string | null;
      resource_id: string | null;
      expires_at: Date | null;
      created_at: Now;
    };
  invitations: KyselyTenant<Column, Id> &
    Role & {
      id: KyselyGenerated<string>;
      email: string;
      token_hash: string;
      invited_by: User | null;
      expires_at: Date;
      accepted_at: Date | null;
      accepted_by: User | null;
      revoked_at: Date | null;
      created_at: Now;
    };
  api_keys: KyselyTenant<Column, Id> & {
    id: KyselyGenerated<User>;
    name: string;
    hint: string;
    permissions: string[];
    created_by: User;
    created_at: Now;
    expires_at: Date | null;
    rotated_at: Date | null;
    revoked_at: Date | null;
  };
}
