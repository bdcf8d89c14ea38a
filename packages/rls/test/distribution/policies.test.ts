import { defineTenancy } from '@tenantry/core';
import { pgTable } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { readDrizzle } from '../../src/model/index.ts';
import { application } from './schemas.ts';

const { schema } = application('citus');
const policiesOf = (table: string) =>
  readDrizzle(schema).find(({ name }) => name === table)?.policies ?? [];

describe('policies on Citus', () => {
  test('none is restrictive, has a sub-select, or binds the owner', () => {
    const all = readDrizzle(schema).flatMap(({ policies }) => policies);
    expect(all.filter(({ as }) => as !== 'permissive')).toEqual([]);
    expect(all.filter((each) => /select/i.test(`${each.using} ${each.withCheck}`))).toEqual([]);
    const { foundation, sections, tables } = generate(application('citus'));
    const text = [foundation, ...sections].flatMap(({ statements }) => statements).join('\n');
    expect(text).not.toMatch(/as restrictive|(?<!no )force row level security/);
    expect(tables.map(({ rowSecurity }) => rowSecurity).join()).not.toMatch(/(?<!no )force/);
  });

  test('of the app role there is one for each command', () => {
    for (const { policies } of readDrizzle(schema)) {
      const commands = policies.filter(({ to }) => to.includes('app')).map((each) => each.for);
      expect(new Set(commands).size).toBe(commands.length);
      if (commands.length > 1) expect(commands).not.toContain('all');
    }
  });

  test('each names the tenant of the transaction, and the constant that finds the shard', () => {
    for (const each of policiesOf('tasks').filter(({ to }) => to.includes('app'))) {
      for (const term of [each.using, each.withCheck]) {
        expect(term).toMatch(/"organization_id" = coalesce\(nullif\(current_setting\('app\.organ/);
        expect(term).toMatch(/and "tasks"\."organization_id" = tenantry\.routed_tenant\(\)/);
      }
    }
  });

  test('terms are ANDed with it, each for its command', () => {
    const by = Object.fromEntries(policiesOf('projects').map((each) => [each.for, each]));
    expect(by.select?.using).toMatch(/routed_tenant\(\) and \("projects"\."hidden" = 0\)$/);
    expect(by.delete?.using).toMatch(/routed_tenant\(\) and \("projects"\."name" <> 'kept'\)$/);
    expect(by.update?.using).toMatch(/routed_tenant\(\)$/);
    expect(by.insert?.withCheck).toMatch(/routed_tenant\(\)$/);
  });

  test('the tables are distributed before they get policies', () => {
    const ids = generate(application('citus')).sections.map(({ id }) => id);
    expect(ids.indexOf('distribution')).toBeGreaterThan(-1);
    expect(ids.indexOf('distribution')).toBeLessThan(
      ids.findIndex((id) => id.startsWith('table:')),
    );
    expect(generate(application('postgres')).sections.map(({ id }) => id)).not.toContain(
      'distribution',
    );
  });

  test('a tenant of text is filled in by its function, of which Citus evaluates no half', () => {
    const { columns } = defineTenancy({ tenant: 'team', id: 'text', dialect: 'citus' });
    const [notes] = readDrizzle({ notes: pgTable('notes', columns.scoped()) });
    expect(notes?.columns[0]?.default).toBe('(tenantry.current_tenant())');
  });

  test('a signed context is refused there', () => {
    expect(() =>
      defineTenancy({ tenant: 'team', id: 'uuid', dialect: 'citus', context: 'signed' }),
    ).toThrow(/the workers of Citus cannot check a signature/);
    expect(() => defineTenancy({ tenant: 'team', id: 'uuid', dialect: 'mysql' as never })).toThrow(
      /Use 'postgres' or 'citus'/,
    );
  });
});
