import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { createApp } from '../src/app.ts';
import { rootDomain } from '../src/demo/world.ts';
import { openApiDocument, operations } from '../src/http/openapi.ts';

const app = createApp({
  pool: { tenancy: { parseId: () => {} }, enter: () => {} } as never,
  db: {} as never,
  secret: 'the secret of one application only',
  rootDomain,
  billing: {} as never,
  mailer: { sendInvitation: async () => {} },
  invitationUrl: (token) => token,
});

it('describes every route of the application, and no other', () => {
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*'))
    .map(({ method, path }) => `${method} ${path.replace(/(.)\/$/, '$1')}`);
  expect([...new Set(routes)].sort()).toEqual(Object.keys(operations).sort());
});

it('is a valid OpenAPI document', async () => {
  const answer = await app.request('/openapi.json');
  const result = await new Validator().validate((await answer.json()) as Record<string, unknown>);
  expect(result).toMatchObject({ valid: true });
});

it('has the shapes that requests are checked by', () => {
  const { paths } = openApiDocument() as { paths: Record<string, Record<string, unknown>> };
  expect(paths['/api/projects']?.post).toMatchObject({
    requestBody: {
      content: {
        'application/json': {
          schema: {
            required: ['name'],
            properties: {
              name: { type: 'string', maxLength: 100 },
              status: { enum: ['active', 'archived'] },
            },
            additionalProperties: false,
          },
        },
      },
    },
  });
  expect(paths['/api/projects']?.get).toMatchObject({
    parameters: expect.arrayContaining([
      expect.objectContaining({ in: 'query', name: 'limit', required: false }),
    ]),
  });
});
