import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Linter } from 'eslint';
import { afterAll, expect, test } from 'vitest';
import { configs } from '../../src/index.ts';
import { knownPermission } from '../../src/rules/known-permission.ts';
import { type Cases, runRule } from '../support/run-rule.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-permissions-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const definition = `{ permissions: { projects: ['create', 'read'], members: ['invite'] }, roles: { owner: ['*'] } }`;
const rbacFile = write(
  'rbac.js',
  `import { defineRbac } from '@tenantry/rbac'; export const rbac = defineRbac(tenancy, ${definition});`,
);
write('auth.js', `export { rbac } from './rbac.js'; export const { can } = rbac;`);
write('guards.js', `import { rbac } from './rbac.js'; export const { requires } = rbac;`);
write('circle.js', `export * from './circle.js';`);
const typedFile = write(
  'typed.ts',
  `const actions = ['read'] as const; export const rbac = defineRbac(tenancy, { permissions: { reports: actions } as const, roles: {} } satisfies Options);`,
);
const empty = write('empty.js', `export const rbac = load();`);
const broken = write('broken.js', `export const = ;`);
const filename = join(folder, 'code.jsx');

const permissions = ['projects:create', 'projects:read', 'members:invite'];
const settings = { tenantry: { permissions } };
const known = (code: string) => ({ code, settings });
const unknown = (code: string) => ({ code, settings, errors: ['unknown'] });
const misspelt = (code: string, nearest = 'projects:read') => ({
  code,
  settings,
  errors: [
    { messageId: 'misspelt', data: { permission: 'projects:reed', nearest }, suggestions: 1 },
  ],
});

const cases: Cases = {
  valid: [
    ...[
      `can('projects:read'); authorize('projects:create', { id }); requires('members:invite'); rbac.requires('members:invite'); limits.requires('sso');`,
      `rbac.can('projects:read'); await rbac.authorize('projects:create'); rbac.explain(db, 'projects:read');`,
      `const may = rbac.checker(); may('projects:read');`,
      `rbac.isolate(t, { read: 'projects:read', write: { insert: 'projects:create', update: { permission: 'projects:create', of: t.id } } });`,
      `isolate(t, { write: sql\`true\`, key: 'other' });`,
      `tables.roles.rules(t, { write: 'members:invite' });`,
      `<Can permission="projects:read">{x}</Can>;`,
      `<Other permission="nothing:here" />;`,
      `can(permission); can(); can(...given); can(\`\${a}:read\`); rbac.can(a + b);`,
      `rbac.roles.save(db, { key: 'a', permissions: ['projects:*', '*', 'projects:read'] });`,
      `sql\`(select tenantry.can('projects:read'))\`;`,
      // of somebody else
      `import { can } from '@casl/react'; can('read', 'Post');`,
      `ability.can('projects:fly'); user.authorize('projects:fly'); store.save(a, { permissions: ['projects:fly'] });`,
      `cant('projects:fly'); const rules = 1; disk.explain(db, 'projects:fly');`,
    ].map(known),
    // nothing is known of permissions
    `can('projects:fly'); rbac.can('projects:fly');`,
    { code: `can('projects:fly');`, settings: { tenantry: {} } },
    { code: `can('projects:fly');`, settings: { tenantry: null as never } },
    { code: `can('projects:fly');`, settings: { tenantry: { permissions: [] } } },
    `const rbac = defineRbac(tenancy, load()); rbac.can('projects:fly');`,
    `const rbac = defineRbac(tenancy, { permissions: { ...others, a: ['b'] } }); rbac.can('projects:fly');`,
    `const rbac = defineRbac(tenancy, { permissions: { projects: actions } }); rbac.can('projects:fly');`,
    `const rbac = defineRbac(tenancy, ${definition}); rbac.can('projects:create');`,
    { code: `import { rbac } from './rbac.js'; rbac.can('projects:read');`, filename },
    { code: `import { rbac } from './circle.js'; rbac.can('projects:fly');`, filename },
    { code: `import { rbac } from './missing.js'; rbac.can('projects:fly');`, filename },
    { code: `import { rbac } from './empty.js'; rbac.can('projects:fly');`, filename },
    { code: `no(permissions);`, settings: { tenantry: { rbac: './nowhere.ts' } } },
    // two definitions: what is imported is not what is defined here
    {
      code: `import { rbac } from './rbac.js'; const other = defineRbac(tenancy, { permissions: { a: ['b'] } }); rbac.can('projects:read'); other.can('a:b');`,
      filename,
    },
  ],
  invalid: [
    ...[
      `can('billing:manage');`,
      `rbac.can('billing:manage');`,
      `authorize('billing:manage');`,
      `requires('billing:manage');`,
      `rbac.authorize('billing:manage', { id });`,
      `rbac.explain(db, 'billing:manage');`,
      `const may = rbac.checker(); may('billing:manage');`,
      `const may = useCan(); may('billing:manage');`,
      `guard(rbac.requires('billing:manage'));`,
      `const { can: may } = rbac; may('billing:manage');`,
      `import { can as may } from './auth'; may('billing:manage');`,
      `import * as auth from './auth'; auth.rbac.can('billing:manage');`,
      `can('manage');`,
      `can('billing:*');`,
      `rbac.isolate(t, { read: 'billing:manage' });`,
      `rbac.isolate(t, { write: 'billing:manage' });`,
      `rbac.isolate(t, { write: { delete: { permission: 'billing:manage', of: t.id } } });`,
      `tables.roles.rules(t, { write: { insert: 'billing:manage' } });`,
      `rbac.roles.save(db, { key: 'a', permissions: ['projects:read', 'billing:manage'] });`,
      `const cache = createPermissionCache(rbac, pool); cache.can(who, 'billing:manage');`,
      `<Can permission="billing:manage" />;`,
      `<Can permission={'billing:manage'}>{x}</Can>;`,
      `can(a ? 'projects:read' : 'billing:manage');`,
      `const needed = 'billing:manage'; can(needed);`,
      `import { can } from '@acme/auth'; can('billing:manage');`,
      "sql`(select tenantry.can('billing:manage'))`;",
    ].map(unknown),
    misspelt(`can('projects:reed');`),
    misspelt(`<Can permission="projects:reed" />;`),
    misspelt("sql`a and tenantry.can('projects:reed') or b`;"),
    {
      code: `can(a, 'x'); can("projects:craete");`,
      settings,
      errors: [
        {
          messageId: 'misspelt',
          data: { permission: 'projects:craete', nearest: 'projects:create' },
          suggestions: [
            {
              messageId: 'useNearest',
              output: `can(a, 'x'); can("projects:create");`,
              data: { nearest: 'projects:create' },
            },
          ],
        },
      ],
    },
    {
      code: "sql`(select tenantry.can('member:invite'))`;",
      settings,
      errors: [
        {
          messageId: 'misspelt',
          suggestions: [
            { messageId: 'useNearest', output: "sql`(select tenantry.can('members:invite'))`;" },
          ],
        },
      ],
    },
    {
      code: `const rbac = defineRbac(tenancy, ${definition}); rbac.can('billing:manage');`,
      errors: ['unknown'],
    },
    {
      code: `import { defineRbac as make } from '@tenantry/rbac'; const a = make(tenancy, ${definition}); a.can('billing:manage');`,
      errors: ['unknown'],
    },
    {
      code: `const actions = ['read']; const permissions = Object.freeze({ projects: [...actions, 'create'] }); export const rbac = defineRbac(tenancy, { permissions }); rbac.can('billing:manage'); rbac.can('projects:create');`,
      errors: ['unknown'],
    },
    {
      code: `import { rbac } from './rbac.js'; rbac.can('billing:manage');`,
      filename,
      errors: ['unknown'],
    },
    {
      code: `import { rbac } from './rbac'; const { can } = rbac; can('billing:manage');`,
      filename,
      errors: ['unknown'],
    },
    {
      code: `import { can } from './auth.js'; can('billing:manage');`,
      filename,
      errors: ['unknown'],
    },
    {
      code: `import { requires } from './guards.js'; requires('billing:manage');`,
      filename,
      errors: ['unknown'],
    },
    {
      code: `can('billing:manage');`,
      settings: { tenantry: { rbac: rbacFile } },
      errors: ['unknown'],
    },
    // a file in TypeScript is read from JavaScript too
    {
      code: `can('reports:read'); can('billing:manage');`,
      settings: { tenantry: { rbac: [rbacFile, typedFile] } },
      errors: ['unknown'],
    },
    ...[
      { rbac: './nowhere.ts', problem: 'there is no such file' },
      { rbac: empty, problem: 'it has no defineRbac(…) whose permissions are written out' },
    ].map(({ rbac, problem }) => ({
      code: `can('projects:read'); can('projects:fly');`,
      settings: { tenantry: { rbac } },
      errors: [{ messageId: 'unreadable', data: { file: rbac, problem } }],
    })),
    { code: `can('a:b');`, settings: { tenantry: { rbac: broken } }, errors: ['unreadable'] },
    { code: `can('a:b');`, settings: { tenantry: { rbac: folder } }, errors: ['unreadable'] },
    {
      code: `allowed('billing:manage'); roles.can('billing:manage');`,
      settings,
      options: [{ functions: ['allowed'], objects: ['roles'] }],
      errors: ['unknown', 'unknown'],
    },
  ],
};

runRule('known-permission', knownPermission, 'javascript', cases);
runRule('known-permission', knownPermission, 'typescript', {
  valid: [known(`can('projects:read' as Permission); rbac.can(name as Permission);`)],
  invalid: [
    ...cases.invalid,
    unknown(`can('billing:manage' as Permission); (rbac as Any).can(x);`),
  ],
});

test('a file that is written anew is read anew', () => {
  const file = write(
    'changing.js',
    `export const rbac = defineRbac(t, { permissions: { a: ['b'] } });`,
  );
  const lint = () =>
    new Linter().verify(`can('a:c');`, [
      { ...configs.recommended, settings: { tenantry: { rbac: file } } },
    ]);
  expect(lint().map(({ messageId }) => messageId)).toEqual(['misspelt']);
  write('changing.js', `export const rbac = defineRbac(t, { permissions: { a: ['c'] } });`);
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  expect(lint()).toEqual([]);
});
