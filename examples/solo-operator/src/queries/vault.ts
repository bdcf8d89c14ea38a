import { asc, eq, getTableColumns } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { clients, vaultItems } from '../schema/index.ts';

const { encryptedValue, keyVersion, ...known } = getTableColumns(vaultItems);

/** What is said about the secrets of the current business; not the secrets. */
export const listVaultItems = (db: Database['db']) =>
  db
    .select({ ...known, clientName: clients.name })
    .from(vaultItems)
    .leftJoin(clients, eq(clients.id, vaultItems.clientId))
    .orderBy(asc(vaultItems.name), asc(vaultItems.id));
