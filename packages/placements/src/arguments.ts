// Arguments that several commands have.

/** A tenant, as `findTenant` finds it. */
export const tenant = {
  type: 'text',
  value: 'tenant',
  required: true,
  summary: 'Its id, or a unique name of it such as the slug.',
} as const;

/** The name of a new place. */
export const newPlace = (summary: string) =>
  ({
    type: 'text',
    value: 'name',
    required: true,
    form: {
      pattern: /^(?!shared$)[a-z][a-z0-9_-]{0,62}$/,
      words: 'lower-case letters, digits, _ and -, and not shared, which names the shared tables',
    },
    summary,
  }) as const;

/** The login that owns the tables of the shared database. */
export const sharedUrl = {
  type: 'text',
  value: 'url',
  summary:
    'Connect to the shared database by this login. Default: the login that migrates, as for doctor.',
} as const;

/** How long transactions of the tenant are waited for. */
export const wait = {
  type: 'whole',
  min: 1,
  max: 3600,
  default: 10,
  summary: 'Wait so many seconds for a transaction of the tenant.',
} as const;

/** Columns of the row of a tenant that is copied. */
export const otherValues = {
  type: 'text',
  value: 'column=value',
  summary: 'Give columns of its own row other values, with commas: slug=acme2,domain=.',
} as const;

/** Tables that a copy leaves out. */
export const withoutTables = {
  type: 'text',
  value: 'tables',
  summary: 'Leave tables out, with commas: public.invoices.',
} as const;
