import { strict as assert } from 'node:assert';
import type { AdapterHarness, TestRunner } from './adapter-harness.ts';
import type { applications } from './applications.ts';
import { as, codeOf } from './assertions.ts';
import { slowly } from './bodies.ts';

/** Bytes that no JSON parser and no decoder of text gives back as they were. */
const signed = Buffer.concat([
  Buffer.from('{ "amount": 1.0,\r\n\t"name": "'),
  Buffer.from([0xff, 0xc3, 0x28]),
  Buffer.from(`", "text": "${'x'.repeat(150_000)}" }\n`),
]);

/** The behaviours of an application that serves a webhook beside its tenants. */
export function webhookConformance(
  { it }: TestRunner,
  { world }: AdapterHarness,
  { serveWebhook }: ReturnType<typeof applications>,
): void {
  it('gives a webhook the bytes that were sent, outside every scope', async () => {
    const bodies: Buffer[] = [];
    const ask = serveWebhook(async (request) => {
      bodies.push(Buffer.from(await request.arrayBuffer()));
      const seen = [
        request.method,
        request.headers.get('stripe-signature'),
        await codeOf(world.read()),
      ];
      return Response.json(seen, { status: 202, headers: { 'x-answer': 'of the webhook' } });
    });
    const answer = await ask(
      {
        ...as(world.tenants[0]),
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': 't=1,v1=ab',
      },
      { body: slowly(signed) },
    );
    assert.equal(answer.status, 202, answer.body);
    assert.equal(answer.headers['x-answer'], 'of the webhook');
    assert.deepEqual(JSON.parse(answer.body), ['POST', 't=1,v1=ab', 'TENANT_CONTEXT_MISSING']);
    assert.ok(bodies.length === 1 && bodies[0]?.equals(signed), 'the webhook got other bytes');
  });
}
