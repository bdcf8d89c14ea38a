import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isolationOf } from '../../src/doctor/expression/isolation.ts';
import { parseExpression } from '../../src/doctor/expression/parse.ts';

const scoped = { name: 'projects', tenantColumn: 'organization_id' };
const child = { name: 'notes', tenantColumn: undefined };
const read = (sql: string, table: typeof scoped | typeof child = scoped) =>
  isolationOf(parseExpression(sql), table);

describe('a condition binds the tenant:', () => {
  test.each([
    "(organization_id = ( SELECT (COALESCE(NULLIF(current_setting('app.organization_id'::text, true), ''::text), 'no tenant in this transaction'::text))::uuid AS \"coalesce\"))",
    '(organization_id = auth.uid())',
    '(( SELECT auth.uid() AS uid) = organization_id)',
    "((organization_id)::text = current_setting('app.tenant'::text))",
    '((organization_id = auth.uid()) AND (deleted_at IS NULL))',
    '((organization_id = auth.uid()) AND ((a = 1) OR (b = 2) OR true))',
    '((organization_id = auth.uid()) OR (organization_id = other.tenant()))',
    '(organization_id IN ( SELECT m.org_id FROM members m WHERE (m.user_id = auth.uid())))',
    '(organization_id = ANY (ARRAY( SELECT m.org_id FROM (members m JOIN users u ON ((u.id = m.user_id))) WHERE (u.login = CURRENT_USER))))',
    '(organization_id IN ( SELECT my_orgs.id FROM my_orgs() my_orgs(id)))',
    '(organization_id IN ( SELECT unnest(my_orgs()) AS unnest))',
    '(EXISTS ( SELECT 1 FROM members m WHERE ((m.org_id = projects.organization_id) AND (m.user_id = ( SELECT auth.uid() AS uid)))))',
    'is_member(organization_id)',
    'is_member((organization_id)::text, 3)',
    "(organization_id OPERATOR(pg_catalog.=) (current_setting('a.b'::text))::uuid)",
    '(NOT (organization_id IS DISTINCT FROM auth.uid())) AND (organization_id IS NOT DISTINCT FROM auth.uid())',
    '(("organization_id" = auth.uid()) AND (at >= \'2030-01-01 00:00:00+00\'::timestamp with time zone) AND (x[1] > 0) AND (n::numeric(10,2) <> 1.5))',
    "((organization_id = auth.uid()) AND (name ~~ 'it''s%'::text) AND (CASE WHEN a THEN 1 ELSE 2 END = 1))",
    'false',
  ])('%s', (sql) => {
    expect(read(sql)).toMatchObject({ bound: true, gaps: [] });
  });
});

describe('a condition does not:', () => {
  test.each([
    ['true', 'always'],
    ['(1 = 1)', 'unknown'],
    ['(organization_id IS NOT NULL)', 'null-row'],
    ['((organization_id IS NULL) OR (organization_id = auth.uid()))', 'null-row'],
    [
      "((organization_id = auth.uid()) OR (current_setting('app.bypass'::text, true) = 'on'::text))",
      'escape-hatch',
    ],
    [
      "((current_setting('app.t'::text, true) IS NULL) OR (organization_id = (current_setting('app.t'::text, true))::uuid))",
      'missing-context',
    ],
    [
      "((current_setting('app.t'::text, true) = ''::text) OR (organization_id = (current_setting('app.t'::text, true))::uuid))",
      'missing-context',
    ],
    [
      "(organization_id = COALESCE((current_setting('a.b'::text))::uuid, organization_id))",
      'own-value',
    ],
    ['(organization_id = organization_id)', 'own-value'],
    ["(organization_id = '00000000-0000-4000-8000-000000000001'::uuid)", 'constant'],
    ["((organization_id)::text ~~ (current_setting('a.b'::text) || '%'::text))", 'pattern'],
    ["((organization_id)::text ~ current_setting('a.b'::text))", 'pattern'],
    ["starts_with((organization_id)::text, current_setting('a.b'::text))", 'pattern'],
    ['(organization_id <> auth.uid())', 'unknown'],
    ['(NOT (organization_id = auth.uid()))', 'unknown'],
    ['(organization_id <> ALL (ARRAY[auth.uid()]))', 'unknown'],
    ['(organization_id IN ( SELECT m.org_id FROM members m))', 'unknown'],
    [
      '(organization_id IN ( SELECT m.org_id FROM members m WHERE ((m.user_id = auth.uid()) OR m.open)))',
      'unknown',
    ],
    [
      '(organization_id IN ( SELECT m.org_id FROM members m WHERE (m.user_id = auth.uid()) UNION SELECT o.id FROM orgs o))',
      'unknown',
    ],
    [
      '(organization_id IN ( SELECT m.org_id FROM (orgs o LEFT JOIN members m ON ((m.user_id = auth.uid())))))',
      'unknown',
    ],
    // there is a member somewhere, which says nothing of this row
    ['(EXISTS ( SELECT 1 FROM members m WHERE (m.user_id = auth.uid())))', 'escape-hatch'],
    ['(owner_id = auth.uid())', 'escape-hatch'],
    ['is_admin()', 'escape-hatch'],
    ['(CASE WHEN true THEN (organization_id = auth.uid()) ELSE true END)', 'unknown'],
  ])('%s', (sql, gap) => {
    expect(read(sql)).toMatchObject({ bound: false, gaps: expect.arrayContaining([gap]) });
  });
});

test('a child is bound through its parent, and only when tied to it', () => {
  const tied =
    '(EXISTS ( SELECT FROM projects p WHERE ((p.organization_id = ( SELECT auth.uid() AS uid)) AND (p.id = notes.project_id))))';
  expect(read(tied, child)).toMatchObject({ bound: true, contexts: ['auth.uid()'] });
  expect(read(tied.replace('notes.project_id', 'p.parent_id'), child).bound).toBe(false);
  expect(
    read(
      '(project_id IN ( SELECT p.id FROM projects p WHERE (p.organization_id = auth.uid())))',
      child,
    ).bound,
  ).toBe(true);
  expect(
    read('(EXISTS ( SELECT FROM projects p WHERE (p.id = notes.project_id)))', child).bound,
  ).toBe(false);
});

test('contexts that mean the same have one spelling', () => {
  const one = read(
    "(organization_id = ( SELECT (current_setting('app.t'::text))::uuid AS current_setting))",
  );
  const other = read("(organization_id = (current_setting('app.t'::text))::uuid)");
  expect(one.contexts).toEqual(other.contexts);
});

test('nothing makes the reader fail, and nothing that it does not understand is taken for an isolation', () => {
  const piece = fc.constantFrom(
    'organization_id',
    '=',
    '(',
    ')',
    'SELECT',
    'FROM',
    'WHERE',
    'AND',
    'OR',
    'NOT',
    'IS',
    'NULL',
    ',',
    '::',
    'text',
    "'a'",
    '"q"',
    '1',
    'ANY',
    'ARRAY',
    '[',
    ']',
    '~~',
    'EXISTS',
    'CASE',
    'WHEN',
    'END',
    'IN',
    '.',
    'm',
    'auth.uid()',
    'true',
    '$1',
    '😀',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const sql = pieces.join(' ');
      const { bound } = read(sql);
      // whatever is ORed with true is open
      if (bound) expect(read(`((${sql}) OR true)`).bound).toBe(false);
    }),
    { numRuns: 3000 },
  );
});
