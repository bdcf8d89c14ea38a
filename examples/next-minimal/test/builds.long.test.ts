import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Bundler, builtApp, copyOfApp, home, nextBuild } from './support/built-app.ts';
import { asAda, asBob, sender } from './support/client.ts';
import { exampleDatabase } from './support/database.ts';
import { serve } from './support/server.ts';

/** What each application has that must not be built, and what the error says. */
const refused: Readonly<Record<string, RegExp>> = {
  'static-page': /a page that Next renders without a request[\s\S]*CONFIG_INVALID/,
  'static-route': /a route handler that Next renders without a request[\s\S]*CONFIG_INVALID/,
  params: /TENANT_CONTEXT_MISSING/,
  // webpack names what the edge runtime does not have, and who wanted it
  edge: /edge runtime|next-edge-app-route-loader/i,
};

describe.each(['turbopack', 'webpack'] as const)('%s does not build', (bundler: Bundler) => {
  test.each(Object.entries(refused))('%s', async (overlay, found) => {
    mkdirSync(home, { recursive: true });
    const folder = await mkdtemp(join(home, 'refused-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await copyOfApp(folder, ['refused/config', `refused/${overlay}`]);
    await expect(nextBuild(folder, bundler)).rejects.toThrow(found);
  });
});

describe("with cacheComponents, 'use cache'", async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const database = await exampleDatabase();
  const server = await serve(await builtApp('turbopack', ['cache-components']), database.env);
  afterAll(() => server.close());
  const send = sender(server.port);

  test('runs without a scope: the pool refuses its query', async () => {
    for (const path of ['/api/stored', '/stored']) {
      for (const headers of [asAda, asBob]) {
        const { body } = await send(path, { headers });
        expect(body).toContain('refused: TENANT_CONTEXT_MISSING');
        expect(body).not.toMatch(/Rocket|Reactor/);
      }
    }
  });

  test('leaves pages and tenantCache as they are', async () => {
    const shown = async (headers: Record<string, string>) => (await send('/', { headers })).body;
    for (const _ of [1, 2]) {
      expect(await shown(asAda)).toMatch(/Anvil[\s\S]*Rocket/);
      expect(await shown(asBob)).toContain('Reactor');
      expect(await shown(asBob)).not.toContain('Rocket');
    }
  });
});
