import { audited } from '@tenantry/audit-log';
import { sql } from 'drizzle-orm';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { limits } from '../limits.ts';
import { isolate, reference, tenancy } from '../tenancy.ts';
import { clients, projects } from './clients.ts';
import { common, ofClient, oneOf } from './parts.ts';
import { businesses } from './people.ts';

export const vaultCategories = ['passwords', 'servers', 'api_keys', 'other'] as const;

/** The data keys of a business, wrapped by a key that the database never sees. */
export const vaultKeys = pgTable(
  'vault_keys',
  {
    ...tenancy.columns.scoped(),
    /** 1, 2, 3: a rotation adds the next one. */
    version: integer().notNull(),
    wrappedKey: text('wrapped_key').notNull(),
    /** Which wrapping key was used, by its name. */
    wrappedBy: text('wrapped_by').notNull(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...isolate(t, { key: [t.version], write: { delete: sql`false` } }),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...audited(t, { id: 'version', exclude: ['updatedAt', 'wrappedKey'] }),
  ],
);

/** A secret. The database has a ciphertext, and the version of the key that reads it. */
export const vaultItems = pgTable(
  'vault_items',
  {
    ...common(),
    clientId: ofClient(),
    projectId: text('project_id'),
    name: text().notNull(),
    category: text({ enum: vaultCategories }).notNull(),
    encryptedValue: text('encrypted_value').notNull(),
    keyVersion: integer('key_version').notNull(),
    notes: text().notNull().default(''),
    url: text(),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...reference(t, { column: t.clientId, to: () => clients, onDelete: 'set null' }),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'set null' }),
    // a key goes when nothing is left that needs it
    ...reference(t, { column: t.keyVersion, to: () => vaultKeys, property: 'version' }),
    ...limits.counts(t, 'vaultItems'),
    ...audited(t, { exclude: ['updatedAt'], mask: ['encryptedValue', 'notes'] }),
    oneOf('vault_items_category_known', t.category, vaultCategories),
  ],
);
