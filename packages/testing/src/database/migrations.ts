import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, TenantryError } from '../errors.ts';
import { withClient } from '../sql/client.ts';

/** What a test database contains; applied in the order of the members. */
export interface DatabaseContent {
  /**
   * A folder of `.sql` files, for instance the `out` folder of drizzle-kit; applied in the order of
   * their paths, each in a transaction of its own. A relative path starts at the working directory.
   */
  readonly migrations?: string | URL;
  /** SQL text, applied in one transaction. */
  readonly sql?: string;
  /** Your own migration and seed, given the connection string of the empty database. */
  readonly migrate?: (url: string) => unknown;
  /**
   * Test files with the same key share one template although they pass a `migrate` function.
   * Default: each function has its own template.
   */
  readonly key?: string;
}

interface SqlText {
  readonly name: string;
  readonly text: string;
}

/** A loaded content, and the key of its template. */
export interface LoadedContent {
  readonly key: string;
  apply(url: string): Promise<void>;
}

/** Reads the files of a content; undefined when it is empty. */
export async function loadContent(content: DatabaseContent): Promise<LoadedContent | undefined> {
  const { migrations, sql, migrate } = content;
  const texts = migrations === undefined ? [] : await readSqlFolder(migrations);
  if (sql !== undefined) texts.push({ name: 'sql', text: sql });
  if (texts.length === 0 && migrate === undefined && migrations === undefined) return undefined;
  const functionKey = migrate === undefined ? null : (content.key ?? keyOfFunction(migrate));
  const parts = [content.key ?? null, functionKey, texts];
  return {
    key: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
    async apply(url) {
      if (texts.length > 0) await applyTexts(url, texts);
      await migrate?.(url);
    },
  };
}

async function readSqlFolder(location: string | URL): Promise<SqlText[]> {
  const folder = location instanceof URL ? fileURLToPath(location) : location;
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new TenantryError('TEST_TEMPLATE_FAILED', { found: messageOf(error), cause: error });
  });
  const files = names.filter((name) => name.endsWith('.sql')).sort();
  if (files.length === 0) {
    throw new TenantryError('TEST_TEMPLATE_FAILED', { found: `no .sql file in ${folder}.` });
  }
  return Promise.all(
    files.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
  );
}

async function applyTexts(url: string, texts: readonly SqlText[]): Promise<void> {
  await withClient(url, async (client) => {
    for (const { name, text } of texts) {
      try {
        // Several statements in one simple query are one transaction.
        await client.query(text);
      } catch (error) {
        throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
      }
    }
  });
}

const functionKeys = new WeakMap<(url: string) => unknown, string>();

/** The text of a function does not show its closure, so only its identity is a safe key. */
function keyOfFunction(migrate: (url: string) => unknown): string {
  let key = functionKeys.get(migrate);
  if (key === undefined) {
    key = randomUUID();
    functionKeys.set(migrate, key);
  }
  return key;
}
