import { expect, test } from 'vitest';
import { defineTenancy, type TenancyOptions } from '../../src/index.ts';

const right = { tenant: 'organization', id: 'uuid' } as const;

test.each<[string, object]>([
  ['tenant', { tenant: 'Organization' }],
  ['tenant', { tenant: 'an organization' }],
  ['tenant', { tenant: undefined }],
  ['id', { id: 'serial' }],
  ['roles', { roles: { app: 'App' } }],
  ['roles', { roles: { app: 'system' } }],
  // anything but `signed` would otherwise be the context that anybody can forge
  ['context', { context: 'sgined' }],
  ['context', { context: null }],
  ['schema', { schema: 'public' }],
  ['secret', { secret: 'too short' }],
  ['secret', { secret: ['a secret of the tests, long enough to be one', ''] }],
])('refuses option %s as in %j', (option, wrong) => {
  const options = { ...right, ...wrong } as TenancyOptions<'organization', 'uuid'>;
  expect(() => defineTenancy(options)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', found: `option ${option}` }),
  );
});

test('names everything after the one word', () => {
  expect(defineTenancy({ tenant: 'workTeam', id: 'text' })).toMatchObject({
    property: 'workTeamId',
    column: 'work_team_id',
    setting: 'app.work_team_id',
    schema: 'tenantry',
    roles: { app: 'app', system: 'system' },
    context: 'plain',
  });
});
