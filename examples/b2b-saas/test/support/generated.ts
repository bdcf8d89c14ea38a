import type { Finding } from '@tenantry/rls/doctor';
import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import * as schema from '../../src/schema.ts';
import config from '../../tenantry.config.ts';

/** The application with all features. */
export const application = { ...config, schema };

/** A database as generate makes it. */
export const database = () =>
  testDatabase({
    key: 'b2b-saas-objects',
    migrate: async (url) => {
      await applySchema(url, application);
    },
  });

/** What doctor says of what generate has made. */
export const ours = ({ findings }: { findings: readonly Finding[] }) =>
  findings.filter(({ rule }) => rule.startsWith('generated-'));
