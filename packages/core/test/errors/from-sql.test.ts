import { expect, test } from 'vitest';
import { toErrorResponse } from '../../src/adapter/index.ts';
import { TenantryError } from '../../src/index.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 1 });

await database.ask(`create function refuse(message text, detail text, state text) returns void
  language plpgsql as $$ begin raise exception '%', message using errcode = state, detail = detail; end $$`);

const raised = (message: string, detail: string, state = 'TN001') =>
  tenancy
    .run(acme, () => pool.query('select refuse($1, $2, $3)', [message, detail, state]))
    .then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );

test('an error that a function of ours raises is a TenantryError with its details', async () => {
  const error = await raised('TRANSACTION_ROLLED_BACK: 3 of 3', '{"limit": 3, "status": 402}');
  expect(error).toMatchObject({
    code: 'TRANSACTION_ROLLED_BACK',
    found: '3 of 3',
    status: 402,
    details: { limit: 3 },
    cause: { code: 'TN001' },
  });
  const { status, body } = toErrorResponse(error);
  expect(status).toBe(402);
  expect(JSON.parse(body)).toMatchObject({ code: 'TRANSACTION_ROLLED_BACK', limit: 3 });
});

test.each(['TENANT_CLAIM_CONFLICT: ', 'TENANT_CLAIM_CONFLICT:', 'TENANT_CLAIM_CONFLICT:  \n'])(
  'an error that names an empty value is one all the same: %j',
  async (message) => {
    const error = await raised(message, '{}');
    expect(error).toMatchObject({ code: 'TENANT_CLAIM_CONFLICT', found: undefined });
  },
);

test.each([
  ['no code', 'just words', '{}', 'TN001'],
  ['another SQLSTATE', 'TENANT_NOT_FOUND: x', '{}', 'P0001'],
])('%s stays the error of the server', async (_, message, detail, state) => {
  expect(TenantryError.is(await raised(message, detail, state))).toBe(false);
});

test('headers that SQL names stand in the answer', async () => {
  const detail = '{"status": 429, "headers": {"retry-after": "7"}}';
  const answer = toErrorResponse(await raised('TRANSACTION_ROLLED_BACK: x', detail));
  expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
  expect(JSON.parse(answer.body)).not.toHaveProperty('headers');
});

test.each(['not json', '[1]', 'null', '{"status": 200, "fix": 3}', '{"headers": ["a"]}'])(
  'a detail of %s does no harm',
  async (detail) => {
    expect(await raised('TENANT_CLAIM_CONFLICT: x', detail)).toMatchObject({ status: 400 });
  },
);

test('details cannot take the place of what an answer states itself', () => {
  const error = new TenantryError('TENANT_CLAIM_CONFLICT', {
    details: { status: 200, code: 'FINE', feature: 'x' },
    headers: { 'retry-after': '7' },
  });
  const answer = toErrorResponse(error);
  expect(answer.headers['retry-after']).toBe('7');
  expect(JSON.parse(answer.body)).toMatchObject({
    status: 400,
    code: 'TENANT_CLAIM_CONFLICT',
    feature: 'x',
  });
});

test('details of errors from 500 on, and of unknown tenants, stay inside', () => {
  for (const code of ['CONFIG_INVALID', 'TENANT_NOT_FOUND'] as const) {
    const error = new TenantryError(code, { details: { secret: 'sesame' } });
    expect(toErrorResponse(error).body).not.toContain('sesame');
  }
});
