import { diagnose } from '@tenantry/rls/doctor';
import pg from 'pg';
import { tables as schema } from '../../tables.ts';
import { tenancy } from '../../tenancy.ts';
import type { Step } from '../stage.ts';

export const examiningSteps: readonly Step[] = [
  {
    title: 'doctor examines the live database and finds nothing',
    async run({ countedUrl, claim, note }) {
      // the login that serves tenants is enough to look
      const client = new pg.Client({ connectionString: countedUrl });
      await client.connect();
      const ignore = [{ rule: 'server-out-of-date', reason: 'the demo takes what npm has' }];
      const { findings, tables, plans, durationMs } = await diagnose(client, {
        tenancy,
        schema,
        ignore,
      }).finally(() => client.end());
      note(`${tables} tables, ${plans} plans, ${Math.round(durationMs)} ms`);
      for (const { rule, object, found } of findings) note(`${rule} ${object}: ${found}`);
      claim(findings.length === 0, 'roles, policies, keys, rights, views, functions: no finding');
    },
  },
];
