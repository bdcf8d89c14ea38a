import type { AuditDatabase } from '@tenantry/audit-log';
import type { LimitsDatabase } from '@tenantry/plan-limits';
import type { RbacDatabase } from '@tenantry/rbac';
import type { BillingDatabase } from '@tenantry/stripe-billing';
import type { Generated } from 'kysely';

/** The application's own tables, as `migrations/0001_tables.sql` makes them. */
export interface OwnTables {
  organizations: {
    id: Generated<string>;
    name: string;
    slug: string;
    created_at: Generated<Date>;
  };
  users: { id: Generated<string>; email: string; name: string };
  projects: {
    organization_id: Generated<string>;
    id: Generated<string>;
    name: string;
    created_by: string | null;
    updated_at: Generated<Date>;
  };
  tasks: {
    organization_id: Generated<string>;
    id: Generated<string>;
    project_id: string;
    title: string;
    is_done: Generated<boolean>;
  };
  comments: { id: Generated<string>; task_id: string; body: string };
  countries: { code: string; name: string };
  outbox: { id: Generated<string>; message: unknown };
}

/** All tables of the database; each feature has the types of its own. */
export interface Database
  extends OwnTables,
    RbacDatabase,
    LimitsDatabase,
    AuditDatabase,
    BillingDatabase {}
