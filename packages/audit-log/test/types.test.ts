import type { Schedule } from '@tenantry/rls/upkeep';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  type AuditEntry,
  type AuditSink,
  audited,
  defineAudit,
  type ExpiredEntries,
} from '../src/index.ts';
import { audit, tenancy } from './fixtures/schema.ts';
import { acme } from './support/world.ts';

type Audit = typeof audit;

test('the tenant has the word of the tenancy in options and results', () => {
  expectTypeOf<AuditEntry<'organizationId'>['organizationId']>().toEqualTypeOf<string>();
  type Page = Awaited<ReturnType<Audit['query']>>;
  expectTypeOf<Page['entries'][number]>().toEqualTypeOf<AuditEntry<'organizationId'>>();
  expectTypeOf<Awaited<ReturnType<Audit['erase']>>[number]['organizationId']>().toBeString();
  expectTypeOf<Parameters<Audit['hold']>[1]['organizationId']>().toBeString();
  expectTypeOf<Parameters<Audit['setRetention']>[1]['organizationId']>().toBeString();
  expectTypeOf<Parameters<Audit['erase']>[1]['organizationId']>().toEqualTypeOf<
    string | undefined
  >();
  expectTypeOf<AuditEntry<'organizationId'>>().not.toHaveProperty('tenant');
  // an archive and a sink that are written for any tenancy fit
  expectTypeOf<AuditSink>().toExtend<AuditSink<'organizationId'>>();
  defineAudit(tenancy, {
    actions: {},
    archive: async (expired) => {
      expectTypeOf(expired).toEqualTypeOf<ExpiredEntries<'organizationId'>>();
    },
  });
  expectTypeOf<ReturnType<Audit['start']>>().toEqualTypeOf<Schedule>();
});

test('the columns and rules of the log are those of its table', () => {
  expect(Object.keys(audit.tables.entries.columns())).toContain('organizationId');
  expect(audit.tenancy).toBe(tenancy);
  expect(audit).not.toHaveProperty('columns');
  expect(Object.isFrozen(audit)).toBe(true);
  expectTypeOf(audited).toBeFunction();
});

/** What a feature such as billing asks of an audit log. */
interface BillingAuditPort {
  log(
    // biome-ignore lint/suspicious/noExplicitAny: the transaction of another library
    tx: any,
    action: 'billing.plan_changed' | 'billing.customer_linked',
    entry: {
      readonly resource: readonly [string, string];
      readonly metadata: Record<string, unknown>;
    } & Partial<Record<'organizationId', string>>,
  ): Promise<unknown>;
}

test('a log with the actions of a port fits it as it is', async () => {
  const loose = defineAudit(tenancy, {
    actions: {
      'billing.plan_changed': z.looseObject({}),
      'billing.customer_linked': z.looseObject({}),
      'project.created': z.object({ name: z.string() }),
    },
  });
  const strict = defineAudit(tenancy, {
    actions: {
      'billing.plan_changed': z.object({ from: z.string().nullable(), to: z.string().nullable() }),
      'billing.customer_linked': z.record(z.string(), z.unknown()),
    },
  });
  const ports: readonly BillingAuditPort[] = [loose, strict];
  expectTypeOf(loose).toExtend<BillingAuditPort>();
  expectTypeOf(strict).toExtend<BillingAuditPort>();
  // without the actions it does not
  expectTypeOf<Audit>().not.toExtend<BillingAuditPort>();
  for (const port of ports) {
    const sent: unknown[][] = [];
    const tx = {
      release() {},
      async query(text: string, values: unknown[]) {
        sent.push([text, ...values]);
        return { rows: [{ answer: '"id"' }] };
      },
    };
    const metadata = { from: 'free', to: 'pro' };
    await tenancy.asSystem({ reason: 'a payment', actor: 'billing' }, () =>
      port.log(tx, 'billing.plan_changed', {
        organizationId: acme,
        resource: ['organization', acme],
        metadata,
      }),
    );
    expect(sent).toEqual([
      [
        expect.stringContaining('audit_write_for'),
        acme,
        'billing.plan_changed',
        'organization',
        acme,
        null,
        JSON.stringify(metadata),
        null,
      ],
    ]);
  }
});
