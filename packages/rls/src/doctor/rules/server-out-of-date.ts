import type { Rule } from './rule.ts';

/**
 * The releases of November 2026. Earlier ones have published vulnerabilities through which a role can
 * read memory or rows that are not its own. Older major versions are not supported.
 */
const floors: Readonly<Record<number, number>> = { 15: 20, 16: 16, 17: 12, 18: 6 };

/** The server has the fixes that isolation needs. */
export const serverOutOfDate: Rule = {
  id: 'server-out-of-date',
  group: 'server',
  severity: 'error',
  title: 'The server has the fixes that isolation needs',
  *find({ catalogue }) {
    const { version, versionText, ofTests } = catalogue.server;
    const floor = floors[Math.floor(version / 10_000)];
    if (floor === undefined || version % 10_000 >= floor) return;
    const wanted = `${Math.floor(version / 10_000)}.${floor}`;
    yield {
      object: 'server',
      severity: ofTests ? 'info' : 'error',
      found: `PostgreSQL ${versionText} lacks published fixes of security holes that ${wanted} has${ofTests ? '; it is the server that @tenantry/testing started, and holds no customer' : ''}.`,
      fix: ofTests
        ? `Serve customers with ${wanted} or newer.`
        : `Update to ${wanted} or newer: a minor release needs a restart and no dump.`,
    };
  },
};
