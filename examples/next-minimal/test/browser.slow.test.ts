import { hasBrowser, openBrowser } from '@tenantry/example-kit/browser';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { builtApp } from './support/built-app.ts';
import { ada, bob, exampleDatabase } from './support/database.ts';
import { serve } from './support/server.ts';

// Pages and actions in Chromium, which Debian's package `chromium` installs.

const inBrowser = async () => {
  // what is skipped is collected all the same
  if (!hasBrowser) return;
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const database = await exampleDatabase();
  const server = await serve(await builtApp(), database.env);
  const { context: browser, close } = await openBrowser();
  afterAll(async () => {
    await close();
    await server.close();
  });
  const at = (tenant: string, path = '/') => `http://${tenant}.app.localhost:${server.port}${path}`;

  /** A tab of a signed-in user. */
  async function tab(user: string | null, url: string) {
    const page = await browser.newPage();
    await browser.clearCookies();
    const { hostname } = new URL(url);
    if (user !== null)
      await browser.addCookies([{ name: 'user', value: user, domain: hostname, path: '/' }]);
    await page.goto(url);
    return page;
  }
  /** Next has an alert of its own, for screen readers. */
  const alert = (page: Page) => page.locator('main [role=alert]').textContent();
  const items = (page: Page) => page.locator('li').allTextContents();

  test('a form creates a project of the tenant, and its cached count follows', async () => {
    const page = await tab(ada, at('acme'));
    await expect.poll(() => page.locator('h1').textContent()).toBe('2 projects');
    await page.getByLabel('Name').fill('<img src=x onerror=alert(1)>');
    await page.getByRole('button').click();
    await expect.poll(() => page.locator('h1').textContent()).toBe('3 projects');
    expect(await items(page)).toContain('<img src=x onerror=alert(1)>');
    expect(await page.locator('li img').count()).toBe(0);
    const other = await tab(bob, at('globex'));
    expect(await items(other)).toEqual(['Reactor']);
    expect(await other.locator('h1').textContent()).toBe('1 projects');
  });

  test('a refusal of a guard is shown by error.tsx, by its code', async () => {
    const page = await tab(bob, at('globex'));
    for (const name of ['2', '3', '4', '5', '6']) {
      const before = await items(page);
      await page.getByLabel('Name').fill(name);
      await page.getByRole('button').click();
      if (name !== '6') await expect.poll(() => items(page)).toHaveLength(before.length + 1);
    }
    await expect.poll(() => alert(page)).toBe('ROW_FORBIDDEN 403');
  });

  test('a foreign tenant is a page that does not exist', async () => {
    const page = await tab(ada, at('globex'));
    await expect.poll(() => page.locator('h1').textContent()).toBe('No such page');
    const nobody = await tab(null, at('acme'));
    await expect.poll(() => alert(nobody)).toBe('NOT_AUTHENTICATED 401');
  });

  test('the catch of an action reads the code, and no text of the server', async () => {
    const page = await tab(ada, at('acme', '/acts'));
    await page.getByText('call').click();
    const output = page.locator('output');
    await expect.poll(() => output.textContent()).toContain('"code":"POOL_UNAVAILABLE"');
    expect(await output.textContent()).toContain('"status":503');
    expect(await page.content()).not.toContain('secret-of-acme');
  });

  test('a page that was visited as one tenant is not shown to the next one', async () => {
    const page = await tab(ada, at('acme', '/pages/list'));
    expect(await page.content()).toContain('Rocket');
    await browser.addCookies([
      { name: 'user', value: bob, domain: 'acme.app.localhost', path: '/' },
    ]);
    await page.reload();
    await expect.poll(() => page.locator('h1').textContent()).toBe('No such page');
  });
};

// counted as skipped where there is none
describe.skipIf(!hasBrowser)('in a browser (apt-get install chromium)', inBrowser);
