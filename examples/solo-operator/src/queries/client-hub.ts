import { asc, desc, eq, getTableColumns } from 'drizzle-orm';
import type { Database } from '../database.ts';
import * as s from '../schema/index.ts';

/** All of a secret but the secret. */
const { encryptedValue, keyVersion, ...vaultItem } = getTableColumns(s.vaultItems);

/**
 * Everything that is linked to a client: thirteen queries, one round trip. No query names the business, and
 * none can reach another one.
 * @returns undefined when the business has no such client
 */
export async function clientHub(db: Database['db'], id: string) {
  const [
    [client],
    projects,
    tasks,
    invoices,
    transactions,
    vaultItems,
    contentItems,
    domains,
    cloudflare,
    github,
    hosting,
    social,
    subscriptions,
  ] = await db.$client.batch(() => [
    db.select().from(s.clients).where(eq(s.clients.id, id)),
    db.select().from(s.projects).where(eq(s.projects.clientId, id)).orderBy(asc(s.projects.name)),
    db
      .select({
        id: s.tasks.id,
        title: s.tasks.title,
        priority: s.tasks.priority,
        dueOn: s.tasks.dueOn,
        projectId: s.tasks.projectId,
        column: s.boardColumns.name,
        status: s.boardColumns.status,
      })
      .from(s.tasks)
      .innerJoin(s.projects, eq(s.projects.id, s.tasks.projectId))
      .innerJoin(s.boardColumns, eq(s.boardColumns.id, s.tasks.columnId))
      .where(eq(s.projects.clientId, id))
      .orderBy(asc(s.projects.name), asc(s.boardColumns.position), asc(s.tasks.position)),
    db
      .select()
      .from(s.invoices)
      .where(eq(s.invoices.clientId, id))
      .orderBy(desc(s.invoices.issueDate), desc(s.invoices.number)),
    db
      .select()
      .from(s.transactions)
      .where(eq(s.transactions.clientId, id))
      .orderBy(desc(s.transactions.happenedOn), asc(s.transactions.id)),
    db
      .select(vaultItem)
      .from(s.vaultItems)
      .where(eq(s.vaultItems.clientId, id))
      .orderBy(asc(s.vaultItems.name)),
    db
      .select()
      .from(s.contentItems)
      .where(eq(s.contentItems.clientId, id))
      .orderBy(asc(s.contentItems.title)),
    db
      .select()
      .from(s.assetsDomains)
      .where(eq(s.assetsDomains.clientId, id))
      .orderBy(asc(s.assetsDomains.name)),
    db
      .select()
      .from(s.assetsCloudflare)
      .where(eq(s.assetsCloudflare.clientId, id))
      .orderBy(asc(s.assetsCloudflare.zoneName)),
    db
      .select()
      .from(s.assetsGithub)
      .where(eq(s.assetsGithub.clientId, id))
      .orderBy(asc(s.assetsGithub.repository)),
    db
      .select()
      .from(s.assetsHosting)
      .where(eq(s.assetsHosting.clientId, id))
      .orderBy(asc(s.assetsHosting.name)),
    db
      .select()
      .from(s.assetsSocial)
      .where(eq(s.assetsSocial.clientId, id))
      .orderBy(asc(s.assetsSocial.platform)),
    db
      .select()
      .from(s.assetsSubscriptions)
      .where(eq(s.assetsSubscriptions.clientId, id))
      .orderBy(asc(s.assetsSubscriptions.name)),
  ]);
  if (client === undefined) return undefined;
  const assets = { domains, cloudflare, github, hosting, social, subscriptions };
  return { client, projects, tasks, invoices, transactions, vaultItems, contentItems, assets };
}
