/** The suffix of a shard: its id, which begins at 102008. */
const suffix = /(?<=[A-Za-z_"\u0080-\uffff][\w$\u0080-\uffff]*)_1\d{5,}(?!\w)/g;

const named = ['message', 'detail', 'hint', 'where', 'table', 'constraint'] as const;

/**
 * Names the table of the application where an error of a worker names its shard:
 * `projects_102109_pkey` and `projects_pkey_102109` are `projects_pkey`.
 */
export function withoutShards(error: Error): Error {
  const fields = error as Partial<Record<(typeof named)[number], unknown>>;
  for (const field of named) {
    const text = fields[field];
    if (typeof text === 'string' && suffix.test(text)) fields[field] = text.replace(suffix, '');
    suffix.lastIndex = 0;
  }
  return error;
}
