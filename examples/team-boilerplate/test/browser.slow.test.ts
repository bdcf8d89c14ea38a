import { executable, hasBrowser, openBrowser } from '@tenantry/example-kit/browser';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { rootDomain } from '../src/demo/world.ts';
import { emailOf, type Person, seedPassword } from '../src/seed.ts';
import { testWorld } from './support/world.ts';

// In Chromium, which Debian's package `chromium` installs.

const noBrowser = `there is no browser at ${executable}: the pages were not tried in one`;

const inBrowser = async () => {
  const world = await testWorld();
  const { context, close } = await openBrowser();
  afterAll(close);
  const at = `http://ridgeline.${rootDomain}:${world.port}/`;

  async function signIn(page: Page, person: Person, address = world.origin): Promise<void> {
    await context.clearCookies();
    await page.goto(address);
    await page.getByLabel('Email').fill(emailOf(person));
    await page.getByLabel('Password').fill(seedPassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Password').waitFor({ state: 'detached' });
  }
  const heading = (page: Page, name: string) =>
    page.getByRole('heading', { name, level: 1 }).waitFor();

  it('an owner makes a role in the page, and its member is offered what it allows', async () => {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('console', (line) => {
      if (line.type() === 'error' && !line.text().includes('401')) errors.push(line.text());
    });

    // Omar is a member: no button for projects, none for roles
    await signIn(page, 'omar');
    await heading(page, 'Welcome, Omar Haddad');
    await page.getByRole('link', { name: 'Ridgeline Sports' }).click();
    await heading(page, 'Ridgeline Sports');
    expect(await page.getByRole('button').allTextContents()).toEqual(
      expect.not.arrayContaining(['Add project', 'Add role', 'Give role']),
    );
    expect(await page.getByRole('button', { name: 'Done' }).count()).toBeGreaterThan(0);

    // Nora, who signs in at the subdomain itself, makes a role and gives it to him
    await signIn(page, 'nora', at);
    await heading(page, 'Ridgeline Sports');
    const newRole = page.getByRole('form', { name: 'New role' });
    await newRole.getByLabel('Name of the role').fill('Location admin');
    await newRole.getByLabel('projects:create').check();
    await newRole.getByRole('button').click();
    await page.getByText('Location admin: projects:create').waitFor();
    const give = page.getByRole('form', { name: 'Give a role' });
    await give.getByLabel('Member').selectOption({ label: 'Omar Haddad' });
    await give.getByLabel('Role').selectOption({ label: 'Location admin' });
    await give.getByRole('button').click();
    await page.getByText('Omar Haddad: location-admin, member').waitFor();

    await signIn(page, 'omar', at);
    const newProject = page.getByRole('form', { name: 'New project' });
    const name = '<img src=x onerror="document.title=1">';
    await newProject.getByLabel('Name of the project').fill(name);
    await newProject.getByRole('button').click();
    await page.getByRole('heading', { name, level: 2 }).waitFor();
    expect(await page.title()).toBe('Team');
    expect(errors).toEqual([]);
  });

  it('a stranger is told that there is no such organization', async () => {
    const page = await context.newPage();
    await signIn(page, 'marta', at);
    await page.getByText('There is no such organization, or you are not in it.').waitFor();
    expect(await page.content()).not.toContain('Harbour Court');
  });
};

if (hasBrowser) describe('in a browser', inBrowser);
else {
  console.warn(noBrowser);
  it(noBrowser, () => expect(hasBrowser).toBe(false));
}
