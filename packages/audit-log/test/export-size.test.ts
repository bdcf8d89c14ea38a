import { expect, test } from 'vitest';
import { verifyExport, verifyProof } from '../src/verify/index.ts';
import { audit } from './fixtures/schema.ts';
import { acme, ada, world } from './support/world.ts';

const { pool, ask, asAda, system } = await world();
const rows = 2_500;

test('the list of a long seal goes out in pieces, joins to one line, and verifies', async () => {
  await asAda(() =>
    pool.query(
      `insert into projects (name) select 'p' || i from generate_series(1, ${rows}::int) i`,
    ),
  );
  const long = async () =>
    ask<{ number: number; list: string }>(
      `select s.number::int, (
         select replace(encode(string_agg(uuid_send(id) || substring(s.hashes from 32 * place::int - 31 for 32), ''::bytea order by place), 'base64'), E'\\n', '')
         from unnest(s.ids) with ordinality leaf (id, place)) as list
       from tenantry.audit_seals s where s.tenant = $1 and s.entries >= ${rows}`,
      [acme],
    );
  // transactions of other test files on this server hold the horizon back
  while ((await long()).length === 0) await system(() => audit.seal(pool));
  const chunks: string[] = [];
  await asAda(async () => {
    for await (const chunk of audit.export(pool)) chunks.push(chunk);
  });
  const lines = chunks.join('').split('\n');
  const seals = lines.map((line) => JSON.parse(line || '{}')).filter(({ type }) => type === 'seal');
  const [expected] = await long();
  const found = seals.find(({ number }) => number === expected?.number);
  expect(found.leaves).toBe(expected?.list);
  expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(100_000);

  expect(await verifyExport(lines)).toMatchObject({ ok: true, seals: seals.length });
  expect(await asAda(() => audit.verify(pool))).toMatchObject({ ok: true, seals: seals.length });
  const [entry] = await ask<{ id: string }>(
    `select id::text from audit_logs where actor_id = $1 order by created_at desc, id desc limit 1`,
    [ada],
  );
  const proof = await asAda(() => audit.prove(pool, entry?.id ?? ''));
  expect(await verifyProof(proof)).toMatchObject({ ok: true });
});

test('pages of long entries get smaller, and miss none', async () => {
  const log = () =>
    audit.log(pool, 'thing.happened', {
      resource: ['thing'],
      metadata: { text: 'x'.repeat(14_000) },
    });
  await asAda(() => pool.batch(() => Array.from({ length: 400 }, log)));
  const ends = [0];
  let text = '';
  await asAda(async () => {
    const chunks = audit.export(pool, { batchSize: 150, onProgress: (n) => ends.push(n) });
    for await (const chunk of chunks) text += chunk;
  });
  const pages = ends.slice(1).map((end, i) => end - (ends[i] ?? 0));
  expect(Math.max(...pages)).toBe(150);
  expect(pages).toContain(75);
  const all = await ask('select from audit_logs where organization_id = $1', [acme]);
  expect(await verifyExport(text.split('\n'))).toMatchObject({ ok: true, entries: all.length });
});
