import { requireIsolate } from '../../src/rules/require-isolate.ts';
import { type Cases, runRule } from '../support/run-rule.ts';

const head = `import { pgTable, pgSchema, pgTableCreator, uuid, text, index } from 'drizzle-orm/pg-core';\n`;
const fixed = (code: string, output: string, table: string, column: string) => ({
  code: head + code,
  errors: [
    {
      messageId: 'missing',
      data: { table, column },
      suggestions: [{ messageId: 'addIsolate', output: head + output }],
    },
  ],
});
const wrong = (code: string, suggestions = 1) => ({
  code: head + code,
  errors: [{ messageId: 'missing', ...(suggestions > 0 && { suggestions }) }],
});

const cases: Cases = {
  valid: [
    ...[
      `pgTable('projects', { ...tenancy.columns.scoped(), id: tenancy.columns.id() }, (t) => [...isolate(t)]);`,
      `pgTable('a', { organizationId: uuid() }, (t) => isolate(t));`,
      `pgTable('a', { organizationId: uuid() }, (t) => [index().on(t.id), ...isolate(t, { key: false })]);`,
      `pgTable('a', { organizationId: uuid() }, (t) => ({ ...isolate(t) }));`,
      `pgTable('a', { organizationId: uuid() }, function (t) { return [...isolate(t)]; });`,
      `pgTable('a', { organizationId: uuid() }, (t) => [...isolation.isolate(t)]);`,
      `pgTable('a', { organizationId: uuid() }, (t) => [...rbac.isolate(t, { read: 'a:read' })]);`,
      `pgTable('a', { organizationId: uuid() }, (t) => [...tables.memberships.rules(t)]);`,
      `pgTable('a', { organizationId: uuid() }, (t) => [...rules.invoices(t)]);`,
      `pgTable('a', { organizationId: uuid() }, (t) => [...audit.tables.entries.rules(t)]);`,
      ...['isolateThrough', 'tenants', 'visibleThrough', 'shared', 'systemOnly'].map(
        (name) => `pgTable('a', { tenant_id: uuid() }, (t) => [...${name}(t, options)]);`,
      ),
      `const { isolate: apart } = defineIsolation(tenancy); pgTable('a', { orgId: uuid() }, (t) => [...apart(t)]);`,
      `const keep = (t) => [...isolate(t)]; pgTable('a', { orgId: uuid() }, (t) => keep(t));`,
      `function keep(t) { return [...isolate(t)]; } pgTable('a', { orgId: uuid() }, keep);`,
      // a fragment of the user that is out of sight
      `import { ours } from './fragments'; pgTable('a', { orgId: uuid() }, (t) => [...ours(t)]);`,
      // no tenant
      `pgTable('plans', { id: uuid(), name: text() });`,
      `pgTable('a', { ...timestamps() });`,
      `pgTable('a', columns);`,
      `pgTable('a', { organization: text('organization_name') });`,
      `pgTable(...given);`,
      `pgTable();`,
      `mysqlTable('a', { organizationId: varchar() });`,
      `other.table('a', { organizationId: uuid() });`,
    ].map((code) => head + code),
    {
      code: `pgTable('a', { firmId: uuid(), tenantId: uuid() });`,
      options: [{ tenantColumns: ['branchId'] }],
    },
    {
      code: `pgTable('a', { tenantId: uuid() }, (t) => [...acme.kept(t)]);`,
      options: [{ fragments: ['kept'] }],
    },
  ],
  invalid: [
    fixed(
      `pgTable('projects', { ...tenancy.columns.scoped(), name: text() });`,
      `pgTable('projects', { ...tenancy.columns.scoped(), name: text() }, (t) => [...isolate(t)]);`,
      'projects',
      'of `scoped()`',
    ),
    fixed(
      `pgTable('a', { orgId: uuid() }, (table) => [index().on(table.orgId)]);`,
      `pgTable('a', { orgId: uuid() }, (table) => [...isolate(table), index().on(table.orgId)]);`,
      'a',
      'orgId',
    ),
    fixed(
      `pgTable('a', { tenant: uuid('tenant_id').notNull() }, (t) => []);`,
      `pgTable('a', { tenant: uuid('tenant_id').notNull() }, (t) => [...isolate(t)]);`,
      'a',
      'tenant_id',
    ),
    ...[
      ...['organization', 'tenant', 'workspace', 'account', 'team', 'org'].flatMap((word) => [
        `pgTable('a', { ${word}Id: uuid() });`,
        `pgTable('a', { ${word}_id: uuid() });`,
        `pgTable('a', { it: uuid('${word}_id').notNull().references(() => b.id) });`,
      ]),
      `pgTable('a', { 'tenantId': uuid() });`,
      `pgTable('a', { id: uuid(), ...{ tenantId: uuid() } });`,
      `const tenant = { tenantId: uuid() }; pgTable('a', { ...tenant });`,
      `const columns = { tenantId: uuid() }; pgTable('a', columns);`,
      `const { scoped } = tenancy.columns; pgTable('a', { ...scoped() });`,
      `pgTable('a', (c) => ({ tenantId: c.uuid() }));`,
      `pgTable(name, { tenantId: uuid() });`,
      `pgTable.withRLS('a', { tenantId: uuid() });`,
      `const own = pgSchema('own'); own.table('a', { tenantId: uuid() });`,
      `const table = pgTableCreator((name) => 'x_' + name); table('a', { tenantId: uuid() });`,
      `pgTable('a', { tenantId: uuid() }, (t) => [...reference(t, { column: t.b, to: () => c })]);`,
      `pgTable('a', { tenantId: uuid() }, (t) => [...audited(t)]);`,
      `import { audited } from './audit'; pgTable('a', { tenantId: uuid() }, (t) => [...audited(t)]);`,
    ].map((code) => wrong(code)),
    ...[
      `pgTable('a', { tenantId: uuid() }, (t) => ({ at: index().on(t.tenantId) }));`,
      `pgTable('a', { tenantId: uuid() }, () => []);`,
      `const extra = (t) => [index().on(t.tenantId)]; pgTable('a', { tenantId: uuid() }, extra);`,
    ].map((code) => wrong(code, 0)),
    {
      code: `import { pgTable as table } from 'drizzle-orm/pg-core'; table('a', { tenantId: b() });`,
      errors: [{ messageId: 'missing', suggestions: 1 }],
    },
    {
      code: `import * as pg from 'drizzle-orm/pg-core'; pg.pgTable('a', { tenantId: b() });`,
      errors: [{ messageId: 'missing', suggestions: 1 }],
    },
    {
      code: `import { pgTable } from './table'; pgTable('a', { tenantId: b() });`,
      errors: [{ messageId: 'missing', suggestions: 1 }],
    },
    {
      code: `pgTable('a', { branchId: uuid() });`,
      options: [{ tenantColumns: ['branchId'] }],
      errors: [{ messageId: 'missing', suggestions: 1 }],
    },
  ],
};

runRule('require-isolate', requireIsolate, 'javascript', cases);
runRule('require-isolate', requireIsolate, 'typescript', {
  valid: [
    `pgTable('a', { tenantId: uuid() } as const, (t): Fragment[] => [...isolate(t as never)]);`,
  ],
  invalid: [
    ...cases.invalid,
    wrong(`pgTable('a', { tenantId: uuid().$type<Id>() } satisfies Columns);`),
  ],
});
