import type * as rules from './rules.ts';

type Name = keyof typeof rules;

/** What breaks a rule of the grammar on purpose, each with the reason. */
export const documented: Partial<Record<Name, Readonly<Record<string, string>>>> = {
  oneMeaning: {
    'TenantMiddlewareOptions: core/express, core/hono':
      'the same of each framework, whose functions get its own request',
  },
  ownNames: {
    'core/errors check': 'of the kit for authors of packages, who declare no tables',
    'core/resolvers param': 'reads a parameter of a path, as in every framework',
    'core/sql name': 'of the kit for authors of packages; Drizzle has it as sql.identifier',
    'rls Casing': "Drizzle's own option, under its name",
    'rls/generate Casing': "Drizzle's own option, under its name",
    'rls/model Casing': "Drizzle's own option, under its name",
  },
  ownWord: {
    'core Tenancy.tenant': 'the word itself',
    'core TenancyOptions.tenant': 'the word itself',
    'core tenantKey.tenant': 'the word itself',
    'rls AdoptionPlan.tenant': 'names a column of the application, beside the user',
    'rls ProposedTenancy.tenant': 'the word itself, before there is a tenancy',
    'rls IsolateOptions.tenant': 'names a column of the table',
    'rls ReferenceOptions.tenant': 'names a column of the table',
    'rls SearchOptions.tenant': 'names a column of the table',
    'rls DirectoryNames.tenant': 'names a column of the application, beside member',
    'core ClaimTable.tenant': 'names a column of the application',
    'core EntryFacts.tenant': 'pieces of SQL for any tenancy',
    'core RunningScope.tenant': 'for authors of packages, who know no word of a tenancy',
    'core Bringing.tenant': 'for authors of packages, who know no word of a tenancy',
    'rls DirectoryColumns.tenant': 'names a column of the application, beside member',
    'testing ConformanceRow.tenant': 'the world of a conformance suite is of any tenancy',
    'audit-log SealAnchor.tenant': 'a file that is read without a tenancy',
    'audit-log ExportedEntry.tenant': 'a file that is read without a tenancy',
    'audit-log ExportedSeal.tenant': 'a file that is read without a tenancy',
    'audit-log VerifyFinding.tenant': 'a file that is read without a tenancy',
  },
  wholeFeatures: {
    'defineBilling gives no start': 'it needs a key of Stripe: billing.connect(pool, …).start()',
  },
};
