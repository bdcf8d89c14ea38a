import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** The two answers tell a client nothing that differs. */
export function assertSameAnswer(one: Answer, other: Answer): void {
  const stable = ({ status, headers, body }: Answer) => {
    const { date, ...others } = headers;
    return { status, headers: others, body };
  };
  assert.deepEqual(stable(one), stable(other));
}

/** Longer than any adapter needs to end a scope; only a broken one takes it. */
const longest = 5000;

/** Waits until the scope that `read` is bound to has ended; some adapters answer before. */
export async function untilEnded(read: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + longest;
  let code = await codeOf(read());
  while (code === undefined && performance.now() < end) {
    await sleep(5);
    code = await codeOf(read());
  }
  assert.equal(code, 'TENANT_SCOPE_ENDED');
}

/** Fails when a promise that nobody holds is rejected meanwhile: in an application it ends the process. */
export async function withoutUnhandled(work: () => Promise<void>): Promise<void> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  try {
    await work();
    await sleep(20); // they are told after the microtasks
  } finally {
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
  }
  assert.deepEqual(unhandled, []);
}

/** A promise that is resolved by a call. */
export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** The headers of a tenant and its member. */
export const as = ({ claim, user }: ConformanceTenant) => ({ 'x-tenant': claim, 'x-user': user });
