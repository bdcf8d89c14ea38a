/** The functions that an application does not call when it starts, each kind with the reason. */
export const excused: readonly (readonly [names: RegExp, reason: string])[] = [
  [
    /^(core\/(sql|scope|errors)|rls\/(feature|generate|doctor|adopt|distribution)) /,
    'for authors of packages',
  ],
  [/^rls\/model (?!defineTables|featureTables)/, 'for authors of packages'],
  [/^core (TenantryError|defineErrors|knownErrors)$/, 'for authors of packages'],
  [/^rls\/upkeep schedule$/, 'for authors of packages'],
  [
    /^core\/\w+ (tenantryErrorOf|databaseErrorOf|toErrorResponse|problemResponse|sendProblem)$/,
    'of one request',
  ],
  [
    /^core\/adapter (disconnectSignal|errorToAnswer|fetchRequest|nodeRequest|sendResponse|toFetchRequest|withHeaders|checkWebhook)$/,
    'of one request',
  ],
  [/^core\/next(\/client)? parseDigest$/, 'takes any value'],
  [
    /^rbac(\/react)? (readSnapshot|RbacProvider|Can|useCan|guardsFor)$/,
    'run in the browser, without the errors',
  ],
  [/^rbac sendInvitation$/, 'of one request'],
  [/^plan-limits rateLimitHeaders$/, 'of one request'],
  [/^rls numberColumns$/, 'takes nothing'],
  [/^audit-log toOcsf$/, 'of one entry'],
  [/^audit-log\/verify /, 'reads files, which it answers with findings'],
  [/^cli (commandReference|runCommand)$/, 'of the command line'],
  [/^stripe-billing\/fake |^testing/, 'of tests'],
];
