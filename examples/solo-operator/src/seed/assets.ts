import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import * as s from '../schema/index.ts';
import { type Ids, idIn } from './tasks.ts';
import type { Work } from './work.ts';

/** The digital assets: credentials lead to servers, servers to domains, domains to zones. */
export async function seedAssets(
  db: Database['db'],
  ids: Ids,
  secrets: Readonly<Record<string, string>>,
  { assets }: Work,
): Promise<void> {
  if (assets === undefined) return;
  const servers: Record<string, string> = {};
  const domains: Record<string, string> = {};
  const clientOf = (name: string | undefined) => ({ clientId: idIn(ids.clients, name) });
  for (const { client, project: _, secret, ...server } of assets.hosting) {
    servers[server.name] = newId();
    await db.insert(s.assetsHosting).values({
      ...server,
      ...clientOf(client),
      id: servers[server.name],
      vaultItemId: secrets[secret ?? ''],
    });
  }
  for (const { client, project: _, server, ...domain } of assets.domains) {
    domains[domain.name] = newId();
    await db.insert(s.assetsDomains).values({
      ...domain,
      ...clientOf(client),
      id: domains[domain.name],
      hostingId: idIn(servers, server),
    });
  }
  for (const { client, project: _, ...zone } of assets.cloudflare)
    await db
      .insert(s.assetsCloudflare)
      .values({ ...zone, ...clientOf(client), domainId: domains[zone.zoneName] });
  for (const { client, project, ...repository } of assets.github)
    await db.insert(s.assetsGithub).values({
      ...repository,
      ...clientOf(client),
      projectId: idIn(ids.projects, project),
    });
  for (const { client, project: _, ...account } of assets.social)
    await db.insert(s.assetsSocial).values({ ...account, ...clientOf(client) });
  for (const { client, project: _, ...subscription } of assets.subscriptions)
    await db.insert(s.assetsSubscriptions).values({ ...subscription, ...clientOf(client) });
}
