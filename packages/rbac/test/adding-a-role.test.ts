import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rbac, rbacWorld } from './support/world.ts';

// The guide, run as it stands in the documentation.

const guide = readFileSync(
  new URL('../../../docs/guides/adding-a-role.md', import.meta.url),
  'utf8',
);
const blocks = [...guide.matchAll(/```(ts|sql) run\n([\s\S]*?)```/g)].map(
  ([, language = '', text = '']) => ({ language, text }),
);
const world = await rbacWorld();
const { pool, as, ask } = world;

type Run = (...values: unknown[]) => Promise<void>;
const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => Run;

test('the guide does what it says', async () => {
  const { id: acme, owner: ada } = await world.organization();
  const bob = await world.member(acme, 'viewer');
  await ask("insert into projects (organization_id, name) values ($1, 'Rocket')", [acme]);
  const given = {
    rbac,
    pool,
    bob,
    asAda: (fn: () => unknown) => as(ada, acme, fn),
    asBob: (fn: () => unknown) => as(bob, acme, fn),
    changed: async (sql: string) => (await pool.query(sql)).rowCount,
    check: (found: unknown, expected: unknown) => expect(found).toEqual(expected),
  };
  for (const { language, text } of blocks) {
    if (language === 'sql') {
      await ask(text.replaceAll(':acme', `'${acme}'`).replaceAll(':bob', `'${bob}'`));
    } else {
      const code = text.replaceAll(/^(await .*); \/\/ → (.*)$/gm, 'check($1, $2);');
      await new AsyncFunction(...Object.keys(given), code)(...Object.values(given));
    }
  }
  expect(blocks.length).toBe(8);
});

test('its definition is the one that runs here', () => {
  const [, definition = ''] = /export const rbac = (defineRbac\([\s\S]*?\n\}\));/.exec(guide) ?? [];
  const source = readFileSync(new URL('./support/schema.ts', import.meta.url), 'utf8');
  expect(source.replaceAll(/\s+/g, ' ')).toContain(definition.replaceAll(/\s+/g, ' '));
});
