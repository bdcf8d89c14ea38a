import { asc } from 'drizzle-orm';
import type { Database } from '../database.ts';
import * as s from '../schema/index.ts';
import { listClients } from './clients.ts';
import { listProjects } from './projects.ts';
import { usual } from './settings.ts';
import { listVaultItems } from './vault.ts';

/** The digital assets of the current business, and what a form can link one to. One round trip. */
export async function assetsPage(db: Database['db']) {
  const [hosting, domains, cloudflare, github, social, subscriptions, ...others] =
    await db.$client.batch(() => [
      db.select().from(s.assetsHosting).orderBy(asc(s.assetsHosting.name)),
      db.select().from(s.assetsDomains).orderBy(asc(s.assetsDomains.expiryDate)),
      db.select().from(s.assetsCloudflare).orderBy(asc(s.assetsCloudflare.zoneName)),
      db
        .select()
        .from(s.assetsGithub)
        .orderBy(asc(s.assetsGithub.owner), asc(s.assetsGithub.repository)),
      db
        .select()
        .from(s.assetsSocial)
        .orderBy(asc(s.assetsSocial.platform), asc(s.assetsSocial.handle)),
      db.select().from(s.assetsSubscriptions).orderBy(asc(s.assetsSubscriptions.name)),
      listClients(db),
      listProjects(db),
      listVaultItems(db),
      db.select({ currency: s.settings.currency }).from(s.settings),
    ]);
  const [clients, projects, secrets, [own]] = others;
  const { currency } = own ?? usual;
  return {
    assets: { hosting, domains, cloudflare, github, social, subscriptions },
    linkable: { clients, projects, secrets },
    currency,
  };
}

/** What the page of the assets shows. */
export type AssetsPage = Awaited<ReturnType<typeof assetsPage>>;
