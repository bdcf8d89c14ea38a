import { noRedirectInTransaction } from '../../src/rules/no-redirect-in-transaction.ts';
import { type Cases, type Invalid, runRule } from '../support/run-rule.ts';

const imports = `import { redirect, notFound, permanentRedirect as move } from 'next/navigation';\n`;
const wrong = (codes: string[], messageId = 'ends', data = {}): Invalid[] =>
  codes.map((code) => ({ code: imports + code, errors: [{ messageId, ...data }] }));

const cases: Cases = {
  valid: [
    `await db.transaction(async (tx) => { await tx.insert(a); }); redirect('/');`,
    `const id = await db.transaction(async (tx) => tx.insert(a)); if (!id) notFound();`,
    `await tenancy.run(acme, async () => { redirect('/'); });`,
    `await db.transaction(async (tx) => { router.redirect('/'); response.notFound(); });`,
    `await db.transaction(save); async function save(tx) { await tx.insert(a); }`,
    `await db.transaction(async (tx) => { await again(tx); }); async function again(tx) { await again(tx); }`,
    `await db.transaction(imported); db.transaction(); transaction(() => redirect('/'));`,
    `const links = { redirect }; links.transaction;`,
  ]
    .map((code) => imports + code)
    .concat([
      `import { redirect } from './mine'; await db.transaction(async (tx) => { redirect('/'); });`,
      `import { useRouter } from 'next/navigation'; await db.transaction(async (tx) => { useRouter(); });`,
      `import { redirect } from 'next/navigation'; await db.transaction(async (redirect) => { redirect('/'); });`,
    ]),
  invalid: [
    ...wrong([
      `await db.transaction(async (tx) => { await tx.insert(a); redirect('/'); });`,
      `await db.transaction(async (tx) => { if (!(await tx.select(a))) notFound(); });`,
      `await pool.transaction((tx) => move('/'));`,
      `await this.db.transaction(async (tx) => { rows.forEach(() => redirect('/')); });`,
      `const save = async (tx) => { redirect('/'); }; await db.transaction(save);`,
      `await db.transaction(save); async function save(tx) { redirect('/'); }`,
      `await db.transaction(async (tx) => tx.transaction(async (inner) => { redirect('/'); }));`,
      `await db['transaction'](async (tx) => { redirect('/'); });`,
    ]),
    ...wrong(
      [
        `const leave = () => redirect('/'); await db.transaction(async (tx) => { leave(); });`,
        `await db.transaction(async (tx) => { leave(); }); function leave() { go(); } function go() { redirect('/'); }`,
      ],
      'inside',
      { data: { by: 'redirect', fn: 'leave' } },
    ),
    {
      code: `import * as nav from 'next/navigation.js'; await db.transaction(async (tx) => { nav.notFound(); });`,
      errors: [{ messageId: 'ends', data: { by: 'notFound' } }],
    },
    {
      code: `const { redirect: go } = require('next/navigation'); db.transaction(async (tx) => { go('/'); });`,
      errors: [{ messageId: 'ends', data: { by: 'redirect' } }],
    },
  ],
};

runRule('no-redirect-in-transaction', noRedirectInTransaction, 'javascript', cases);
runRule('no-redirect-in-transaction', noRedirectInTransaction, 'typescript', {
  valid: [...cases.valid],
  invalid: [
    ...cases.invalid,
    ...wrong([
      `await db!.transaction(async (tx: Tx): Promise<void> => { redirect('/' as Route); });`,
    ]),
  ],
});
