/** The suffix of a shard: its id, which begins at 102008. */
const suffix = /(?<=[A-Za-z_"\u0080-\uffff][\w$\u0080-\uffff]*)_1\d{5,}(?!\w)/g;
/** The same in a detail, which also shows values: only after a word, as in `table "projects_102109"`. */
const namedSuffix = /(?<=\w "[^"]*)_1\d{5,}(?=")/g;

const named = {
  message: suffix,
  detail: namedSuffix,
  hint: suffix,
  where: suffix,
  table: suffix,
  constraint: suffix,
} as const;

/**
 * Names the table of the application where an error of a worker names its shard:
 * `projects_102109` is `projects`, `projects_pkey_102109` is `projects_pkey`.
 */
export function withoutShards(error: Error): Error {
  const fields = error as Partial<Record<keyof typeof named, unknown>>;
  for (const [field, pattern] of Object.entries(named) as [keyof typeof named, RegExp][]) {
    const text = fields[field];
    if (typeof text === 'string') fields[field] = text.replace(pattern, '');
  }
  return error;
}
