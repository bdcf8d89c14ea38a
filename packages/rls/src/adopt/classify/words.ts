// Names that say what a table or a column is. They are proposals for a person who reads the plan: a
// foreign key always counts more.

import { runnerNames, runnerSchemas } from '../../tables/runners.ts';

const migrationsOf = (runner: string) => `the migrations of ${runner}`;

/** Schemas of other libraries and platforms. */
export const otherSchemas: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(runnerSchemas).map(([schema, runner]) => [schema, migrationsOf(runner)]),
  ),
  pgboss: 'the queue pg-boss',
  graphile_worker: 'the queue graphile-worker',
  auth: 'the accounts of the platform',
  storage: 'the files of the platform',
  realtime: 'the channels of the platform',
  supabase_functions: 'the functions of the platform',
  vault: 'the secrets of the platform',
  cron: 'the jobs of pg_cron',
  partman: 'the partitions of pg_partman',
  hdb_catalog: 'the metadata of Hasura',
  neon_auth: 'the accounts of the platform',
};

/** Tables of other libraries. */
export const otherTables: readonly (readonly [RegExp, string])[] = [
  ...runnerNames.map(([names, runner]) => [names, migrationsOf(runner)] as const),
  [/^(spatial_ref_sys|geography_columns|geometry_columns)$/, 'of PostGIS'],
];

/** Columns that name the user to whom a row belongs, the surest first. */
export const ownerColumns: readonly RegExp[] = [
  /^(user_?id|owner_?id|owner_user_?id|user_uuid)$/i,
  /^(author_?id|creator_?id|customer_user_?id|profile_?id|account_user_?id)$/i,
  /^(created_?by(_?(user)?_?id)?|owner|user)$/i,
];

/** Words for a tenant, beside that of the tenancy. */
export const tenantWords: readonly string[] = [
  'organization',
  'organisation',
  'org',
  'tenant',
  'workspace',
  'team',
  'company',
  'account',
];

export const memberNames =
  /(member|membership|collaborator|participant)s?$|(_|^)users?_|_users?$|Users?To|ToUsers?/i;
export const userNames = /^(app_?)?(users?|profiles?|people|persons?)$/i;

/** `organizationId` and `organization_id` are one word. */
export const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

/** Whether a name is the word, in the singular or the plural. */
export const isWord = (name: string, word: string): boolean => {
  const own = plain(name);
  const bare = plain(word);
  return [bare, `${bare}s`, `${bare}es`, bare.replace(/y$/, 'ies')].includes(own);
};

/** Tables of an auth library, by the columns that only such tables have. */
export const authTables: readonly (readonly [RegExp, RegExp, string])[] = [
  [/^(user_?)?sessions?$/i, /^(token|session_?token|expires(_?at)?|sess)$/i, 'sessions'],
  [
    /^(user_?|auth_?)?(accounts?|identities|keys?)$/i,
    /^(provider(_?id)?|access_?token)$/i,
    'accounts at identity providers',
  ],
  [
    /^(email_?)?(verifications?|verification_?(tokens?|requests?)|password_?resets?|magic_?links?)$/i,
    /^(token|identifier|value|code)$/i,
    'tokens of an auth library',
  ],
];
