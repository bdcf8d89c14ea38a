import { runCommand } from 'tenantry';
import config from '../../tenantry.config.ts';
import type { DatabaseUrls } from '../database.ts';
import { settingsOf } from '../placements.ts';
import { prepareDatabase } from '../prepare.ts';

/** Runs a command of `npx tenantry`, and gives what it prints. */
export type Tenantry = (...words: string[]) => Promise<string>;

/** Who runs the commands of this application. */
export const operatorOf =
  (adminUrl: string, urls: DatabaseUrls): Tenantry =>
  async (...words) => {
    const database = { ...urls, migrationUrl: adminUrl };
    const { code, stdout, stderr } = await runCommand({ ...config, database }, words);
    if (code !== 0) throw new Error(`tenantry ${words.join(' ')}: ${stderr}`);
    return stdout.trim();
  };

/** Makes an empty database one for organizations: the same migrations and logins, and the settings of its name. */
export async function prepareOwnDatabase(
  name: string,
  adminUrl: string,
  password: string,
): Promise<void> {
  const { url, systemUrl } = await prepareDatabase(adminUrl, password);
  const { app, system, owner } = settingsOf(name);
  Object.assign(process.env, { [app]: url, [system]: systemUrl, [owner]: adminUrl });
}
