import parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { expect, test } from 'vitest';
import { configs } from '../src/index.ts';

const many = 24;
const list = (make: (at: number) => string, count = many) =>
  Array.from({ length: count }, (_, at) => make(at)).join('\n');
/** So many times the same expression: `a, a, a`. */
const times = (text: string, by = ', ') => Array.from({ length: many }, () => text).join(by);

/** Files whose names lead to one another in more ways than can be followed; each has the rule that follows them. */
const files: Record<string, string> = {
  // each function calls all later ones
  'no-redirect-in-transaction': `
    import { redirect } from 'next/navigation';
    ${list((at) => `function f${at}() { ${list((to) => `f${at + 1 + to}();`, many - 1 - at)} }`)}
    db.transaction(async () => { ${list((at) => `f${at}();`)} });`,
  'no-sql-raw': `
    const t0 = 'x';
    ${list((at) => `const t${at + 1} = \`${times(`\${t${at}}`, '')}\`;`)}
    db.execute(sql.raw(t${many}));
    client.query(t${many});`,
  'require-tenant-key': `
    ${list((at) => `const k${at + 1} = [${times(`k${at}`)}];`)}
    redis.get(k${many}.join(':'));`,
  'require-isolate': `
    ${list((at) => `function extra${at}(t) { return [${times(`extra${at + 1}(t)`)}]; }`)}
    function extra${many}(t) { return []; }
    const c0 = { id: uuid('id') };
    ${list((at) => `const c${at + 1} = { ${times(`...c${at}`)} };`)}
    export const a = pgTable('a', c${many}, (t) => [...extra0(t)]);
    export const b = pgTable('b', { ...c${many}, organizationId: uuid() }, (t) => extra0(t));`,
  'known-permission': `
    const r0 = ['read'];
    ${list((at) => `const r${at + 1} = [${times(`...r${at}`)}];`)}
    const o0 = { projects: r${many} };
    ${list((at) => `const o${at + 1} = { ${times(`...o${at}`)} };`)}
    const p0 = 'projects:write';
    ${list((at) => `const p${at + 1} = (${times(`p${at}`, ' || ')});`)}
    export const rbac = defineRbac(tenancy, { permissions: o9 });
    rbac.requires(p${many});`,
  'require-bind': `
    ${list((at) => `function q${at}() { ${list((to) => `q${at + 1 + to}();`, many - 1 - at)} }`)}
    queue.add(() => { ${list((at) => `q${at}();`)} });`,
};

test.each(Object.entries(files))('%s ends in a deep file', (rule, code) => {
  const config = { ...configs.recommended, files: ['**/*.*'], languageOptions: { parser } };
  const messages = new Linter().verify(code, [config], 'src/code.ts');
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  expect(Object.keys(configs.recommended.rules ?? {})).toContain(`@tenantry/${rule}`);
});
