import { z } from 'zod';
import { pageQuery } from '../paging.ts';
import { acceptance, newOrganization } from '../routes/account.ts';
import { exportQuery, logQuery } from '../routes/audit.ts';
import { orderBody, portalBody } from '../routes/billing.ts';
import { newInvitation } from '../routes/invitations.ts';
import { newKey } from '../routes/keys.ts';
import { heir, newRole, whichRole } from '../routes/members.ts';
import { farewell, settings } from '../routes/organization.ts';
import { newProject, projectChange } from '../routes/projects.ts';
import { role, whoseQuery } from '../routes/roles.ts';

/** What the document says of a route. The shapes are those that check the requests. */
interface Operation {
  readonly summary: string;
  readonly answers: number;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** Who may ask: a user in an organization unless named. */
  readonly by?: 'anybody' | 'user' | 'stripe';
}

/** Every route, by method and path as Hono has them. A test holds the list against the application. */
export const operations: Readonly<Record<string, Operation>> = {
  'GET /health/live': { summary: 'Whether the process answers', answers: 200, by: 'anybody' },
  'GET /health/ready': { summary: 'Whether it takes requests', answers: 200, by: 'anybody' },
  'GET /openapi.json': { summary: 'This document', answers: 200, by: 'anybody' },
  'POST /webhooks/stripe': { summary: 'Events of Stripe', answers: 200, by: 'stripe' },
  'GET /account/organizations': { summary: 'My organizations', answers: 200, by: 'user' },
  'POST /account/organizations': {
    summary: 'Found an organization, and own it',
    answers: 201,
    body: newOrganization,
    by: 'user',
  },
  'GET /account/invitations/:token': { summary: 'An invitation', answers: 200, by: 'user' },
  'POST /account/invitations/accept': {
    summary: 'Accept an invitation',
    answers: 201,
    body: acceptance,
    by: 'user',
  },
  'GET /api/organization': { summary: 'The organization, with counts', answers: 200 },
  'PATCH /api/organization': { summary: 'Rename it', answers: 200, body: settings },
  'DELETE /api/organization': { summary: 'Delete it for ever', answers: 204, query: farewell },
  'GET /api/organization/usage': { summary: 'What is used of which limit', answers: 200 },
  'GET /api/organization/usage/preview/:plan': {
    summary: 'What another plan would mean',
    answers: 200,
  },
  'GET /api/members': { summary: 'Its members', answers: 200, query: pageQuery },
  'DELETE /api/members/:id': { summary: 'Remove a member, or leave', answers: 204 },
  'POST /api/members/:id/roles': { summary: 'Give a role', answers: 201, body: newRole },
  'DELETE /api/members/:id/roles/:role': { summary: 'Take a role', answers: 200, query: whichRole },
  'POST /api/members/transfer-ownership': {
    summary: 'Hand over the ownership',
    answers: 200,
    body: heir,
  },
  'GET /api/roles': { summary: 'Its roles, and all permissions', answers: 200 },
  'PUT /api/roles/:key': { summary: 'Make or change a role', answers: 200, body: role },
  'DELETE /api/roles/:key': { summary: 'Remove a role', answers: 204 },
  'POST /api/roles/:key/preview': {
    summary: 'Who would gain and lose what',
    answers: 200,
    body: role,
  },
  'GET /api/keys': { summary: 'API keys for scripts', answers: 200, query: pageQuery },
  'POST /api/keys': { summary: 'Make an API key', answers: 201, body: newKey },
  'POST /api/keys/:id/rotate': { summary: 'Give a key another secret', answers: 200 },
  'DELETE /api/keys/:id': { summary: 'Revoke a key', answers: 204 },
  'GET /api/permissions': { summary: 'What I may do', answers: 200 },
  'GET /api/permissions/:permission': {
    summary: 'Why somebody may or may not',
    answers: 200,
    query: whoseQuery,
  },
  'GET /api/invitations': { summary: 'Open invitations', answers: 200, query: pageQuery },
  'POST /api/invitations': { summary: 'Invite somebody', answers: 201, body: newInvitation },
  'POST /api/invitations/:id/resend': { summary: 'Send it again', answers: 200 },
  'DELETE /api/invitations/:id': { summary: 'Revoke it', answers: 204 },
  'GET /api/projects': { summary: 'Its projects by name', answers: 200, query: pageQuery },
  'POST /api/projects': { summary: 'Begin a project', answers: 201, body: newProject },
  'GET /api/projects/:id': { summary: 'A project', answers: 200 },
  'PATCH /api/projects/:id': { summary: 'Change a project', answers: 200, body: projectChange },
  'DELETE /api/projects/:id': { summary: 'Delete a project', answers: 204 },
  'GET /api/audit': { summary: 'The audit log', answers: 200, query: logQuery },
  'GET /api/audit/export': {
    summary: 'The audit log as a file',
    answers: 200,
    query: exportQuery,
  },
  'GET /api/audit/:id/proof': { summary: 'The proof of an entry', answers: 200 },
  'GET /api/billing': { summary: 'Plan, subscriptions and invoices', answers: 200 },
  'POST /api/billing/checkout': { summary: 'Order a plan', answers: 201, body: orderBody },
  'POST /api/billing/portal': {
    summary: 'The way to the customer portal',
    answers: 201,
    body: portalBody,
  },
};

/** The OpenAPI 3.1 document of the application. */
export function openApiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = route.split(' ');
    const at = path.replace(/:(\w+)/g, '{$1}');
    paths[at] = { ...paths[at], [method.toLowerCase()]: describe(path, operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'b2b-saas', version: '1.0.0' },
    paths,
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: jsonSchema(problem) },
    },
  };
}

const problem = z.object({
  title: z.string(),
  status: z.int(),
  code: z.string().describe('for programs'),
  type: z.url().optional().describe('what to read about it'),
  detail: z.string().optional(),
});

function describe(path: string, { summary, answers, body, query, by }: Operation) {
  const inOrganization = by === undefined;
  return {
    summary,
    parameters: [
      ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => parameter('path', name as string)),
      ...(inOrganization ? [parameter('header', 'x-organization', false)] : []),
      ...(query === undefined ? [] : queryParameters(query)),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(body) } },
      },
    }),
    responses: {
      [answers]: { description: summary },
      default: {
        description: 'What went wrong',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
    security: inOrganization || by === 'user' ? [{ session: [] }] : [],
  };
}

const parameter = (
  place: string,
  name: string,
  required = true,
  schema: unknown = stringSchema,
) => ({
  in: place,
  name,
  required,
  schema,
});
const stringSchema = { type: 'string' };

function queryParameters(query: z.ZodType) {
  const { properties = {}, required = [] } = jsonSchema(query);
  return Object.entries(properties).map(([name, schema]) =>
    parameter('query', name, required.includes(name), schema),
  );
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

function jsonSchema(shape: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' });
  return schema as JsonSchema;
}
