import { strict as assert } from 'node:assert';
import type { ConformanceTenant } from './adapter-harness.ts';
import type { Answer } from './http-client.ts';

/** The stable code of the error that a promise rejects with; undefined when it resolves. */
export async function codeOf(work: Promise<unknown> | undefined): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
}

export function assertRows(answer: Answer, tenant: ConformanceTenant): void {
  assert.equal(answer.status, 200, answer.body);
  assert.deepEqual([...JSON.parse(answer.body)].sort(), [...tenant.rows].sort());
}

export function assertProblem(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.body);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  assert.equal(answer.headers['cache-control'], 'no-store');
  const problem = JSON.parse(answer.body);
  assert.equal(problem.code, code);
  assert.equal(problem.status, status);
  assert.equal(typeof problem.title, 'string');
}

/** The headers of a tenant and its member. */
export const as = ({ claim, user }: ConformanceTenant) => ({ 'x-tenant': claim, 'x-user': user });
