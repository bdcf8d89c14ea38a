import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { operations } from '../src/http/openapi.ts';
import { asAda, testWorld } from './support/world.ts';

// One way for times: what a call gives is ISO 8601 in UTC as text, which is the same in JSON and
// is what a Date makes of itself; what a call takes, a port of yours too, is a Date. The names say which properties are times.
const isTimeName = (name: string) =>
  /(?:[a-z](?:At|Until|Since|Start|End)|^(?:at|until|since|oldest|newest|expires|created|updated))$/.test(
    name,
  );
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/;

it('gives every time of every answer as ISO 8601 in UTC', async () => {
  const stage = await testWorld();
  const send = asAda(stage);
  const alan = stage.seeded.users.alan;
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const answers = [
    await send('POST /api/invitations', { body: { email: 'times@example.test' } }),
    await send(`POST /api/members/${alan}/roles`, {
      body: { role: 'viewer', expiresAt: tomorrow },
    }),
    await send(`GET /api/permissions/projects:read?user=${alan}`),
  ];
  for (const [route, { answers: status }] of Object.entries(operations)) {
    if (!route.startsWith('GET /api/') || route.includes(':') || route.endsWith('/export'))
      continue;
    const answer = await send(route as Parameters<typeof send>[0]);
    expect(answer.status, route).toBe(status);
    answers.push(answer);
  }
  const found: Record<string, unknown> = {};
  for (const { json } of answers) collect(json, '', found);
  expect(Object.keys(found)).toEqual(
    expect.arrayContaining(['.expiresAt', '.items[].createdAt', '.grants[].expiresAt']),
  );
  const other = Object.entries(found).filter(([, value]) => !isoTime.test(String(value)));
  expect(Object.fromEntries(other)).toEqual({});
});

function collect(value: unknown, path: string, into: Record<string, unknown>): void {
  if (Array.isArray(value)) for (const each of value) collect(each, `${path}[]`, into);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, each] of Object.entries(value)) {
    const at = `${path}.${key}`;
    if (isTimeName(key) && each !== null && typeof each !== 'object') into[at] = each;
    collect(each, at, into);
  }
}

it('declares every time that a call gives as text, and every one that it takes as a Date', () => {
  const { times, others } = declaredTimes();
  expect(others).toEqual([]);
  // that it looks where times are
  expect(times).toEqual(
    expect.arrayContaining([
      'rbac: Invitation.expiresAt given',
      'rbac: PermissionGrant.expiresAt given',
      'audit-log: AuditEntry.createdAt given',
      'plan-limits: FeatureUsage.resetsAt given',
      'plan-limits: PlanChange.periodEnd taken',
      'stripe-billing: DeadEvent.receivedAt given',
    ]),
  );
});

/** Walks the public types of all packages: from what they export into what calls take and give. */
function declaredTimes() {
  const packages = fileURLToPath(new URL('../../../packages/', import.meta.url));
  const entries = readdirSync(packages).flatMap((name) => {
    const { exports = {} } = JSON.parse(readFileSync(`${packages}${name}/package.json`, 'utf8'));
    return Object.entries(exports as Record<string, Record<string, string>>).flatMap(
      // the fake speaks Stripe's language, whose times are seconds
      ([path, { '@tenantry/source': file }]) =>
        file?.endsWith('.ts') && path !== './fake'
          ? [{ name, file: `${packages}${name}/${file.slice(2)}` }]
          : [],
    );
  });
  const { config } = ts.readConfigFile(`${packages}../tsconfig.base.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, packages);
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    { ...options, noEmit: true },
  );
  const checker = program.getTypeChecker();
  const times = new Set<string>();
  const others = new Map<string, string>();

  for (const { name, file } of entries) {
    const seen = new Set<string>();
    const walk = (type: ts.Type, given: boolean): void => {
      const id = `${(type as { id?: number }).id} ${given}`;
      if (seen.has(id)) return;
      seen.add(id);
      if (type.isUnionOrIntersection()) for (const each of type.types) walk(each, given);
      for (const each of checker.getTypeArguments(type as ts.TypeReference) ?? [])
        walk(each, given);
      for (const each of type.aliasTypeArguments ?? []) walk(each, given);
      for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
        walk(signature.getReturnType(), given);
        for (const each of signature.parameters) walk(checker.getTypeOfSymbol(each), false);
      }
      for (const property of type.getProperties()) {
        const declared = property.declarations?.[0];
        if (declared === undefined || !declared.getSourceFile().fileName.startsWith(packages))
          continue;
        const its = checker.getTypeOfSymbol(property);
        judge(property, its, given);
        walk(its, given);
      }
    };
    const judge = (property: ts.Symbol, type: ts.Type, given: boolean) => {
      const kinds = (type.isUnion() ? type.types : [type]).map((each) =>
        checker.typeToString(checker.getBaseTypeOfLiteralType(each)),
      );
      const said = ts.displayPartsToString(property.getDocumentationComment(checker));
      const isDate = kinds.includes('Date');
      const isTime =
        isDate ||
        (isTimeName(property.name) &&
          kinds.some((each) => /^(string|number|bigint)$/.test(each))) ||
        /since 1970|epoch/.test(said);
      if (!isTime) return;
      const declaration = property.declarations?.[0]?.parent;
      const of =
        declaration && ts.isInterfaceDeclaration(declaration)
          ? declaration.name.text
          : outer(declaration);
      const what = `${name}: ${of}.${property.name} ${given ? 'given' : 'taken'}`;
      times.add(what);
      if (given ? isDate || kinds.includes('number') : !isDate) {
        others.set(what, `${what} as ${checker.typeToString(type)}`);
      }
    };
    const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile);
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const target =
        symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      // a type alone says not whether it is given: the calls that lead to it do
      if (target.flags & ts.SymbolFlags.Value) walk(checker.getTypeOfSymbol(target), true);
    }
  }
  // a result that is handed back, such as an invitation to whoever sends it, or that an object of another
  // package gives, such as what a pool has observed, stays as it is
  const withoutPackage = (what: string) => what.replace(/^[^:]+: /, '');
  const results = new Set(
    [...times].filter((what) => !others.has(what)).map((what) => withoutPackage(what)),
  );
  for (const what of others.keys()) {
    const result = what.replace(/taken$/, 'given');
    if (result !== what && results.has(withoutPackage(result))) others.delete(what);
  }
  // a feature that somebody hands over describes itself as ours do
  for (const what of others.keys())
    if (/: Described\w+\.\w+ taken$/.test(what)) others.delete(what);
  // a column's name
  for (const what of others.keys()) if (what.includes('SearchModel.newest')) others.delete(what);
  // OCSF wants milliseconds
  others.delete('audit-log: OcsfEvent.time given');
  return { times: [...times], others: [...others.values()].sort() };
}

/** The interface around an object type without a name. */
function outer(node: ts.Node | undefined): string {
  for (let at = node; at !== undefined; at = at.parent) {
    if (ts.isInterfaceDeclaration(at) || ts.isTypeAliasDeclaration(at)) return at.name.text;
    if (ts.isFunctionDeclaration(at)) return at.name?.text ?? '';
  }
  return '';
}
