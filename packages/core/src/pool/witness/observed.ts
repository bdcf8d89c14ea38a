import { check } from '../../errors/index.ts';

/** What was seen of one statement, by its text. */
export interface ObservedStatement {
  /** The text as it was sent. */
  readonly text: string;
  /** The tables whose rows were compared: `public.projects`. */
  readonly tables: readonly string[];
  /** How often it was answered in the scope of a tenant. */
  readonly runs: number;
  /** The rows that were compared there. */
  readonly rows: number;
  /** How many of them were of another tenant: what row-level security would take away. */
  readonly foreign: number;
  /** How often it was answered outside every scope. */
  readonly outside: number;
  /** How many of these runs returned rows of more than one tenant: work for `asSystem`. */
  readonly several: number;
  /** How many of all these runs failed; their rows are not counted. */
  readonly failed: number;
  /** Where runs with something to report came from, at most 10: `src/projects.ts:41:18 getProject`. */
  readonly callers: readonly string[];
}

/** What a pool with `witness: 'observe'` has seen; plain data. */
export interface Observed {
  /** When it began, as ISO 8601. */
  readonly since: string;
  /** All statements, rows and foreign rows, with those of dropped texts. */
  readonly total: {
    readonly runs: number;
    readonly rows: number;
    readonly foreign: number;
    readonly outside: number;
    readonly system: number;
  };
  /** First those with foreign rows, then those outside scopes, then the rest. */
  readonly statements: readonly ObservedStatement[];
  /** How many runs had a text that was not kept: at most 1,000 are. */
  readonly dropped: number;
  /** A table to read. */
  toString(): string;
}

/** Something that is reported for the first time from this caller. */
export interface ObservedFinding {
  /**
   * `foreign`: rows of another tenant in a scope; `outside`: a run outside every scope; `several`: such a
   * run that returned rows of more than one tenant.
   */
  readonly kind: 'foreign' | 'outside' | 'several';
  readonly text: string;
  /** `src/projects.ts:41:18 getProject`, or `unknown`. */
  readonly caller: string;
  readonly tables: readonly string[];
  /** The rows of this run that have a tenant column, and how many are of another tenant. */
  readonly rows: number;
  readonly foreign: number;
}

const nothingYet = (): Omit<Observed, 'toString'> => ({
  since: new Date().toISOString(),
  total: { runs: 0, rows: 0, foreign: 0, outside: 0, system: 0 },
  statements: [],
  dropped: 0,
});

/**
 * What the witnesses of a pool have counted; they count together.
 * @throws TenantryError `CONFIG_INVALID` when the pool does not observe
 */
export function observedBy(
  observes: boolean,
  witnesses: readonly ({ observed?(): Observed } | undefined)[],
): Observed {
  check(
    observes,
    'pool.observed() of a pool that does not observe',
    "Open it with createTenantPool(tenancy, { witness: 'observe' }).",
  );
  const counting = witnesses.find((witness) => witness?.observed !== undefined);
  const found = counting?.observed?.() ?? nothingYet();
  const readable = { value: () => tableOf(found), enumerable: false };
  return Object.freeze(Object.defineProperty({ ...found }, 'toString', readable)) as Observed;
}

const widest = 200;

function tableOf({ since, total, statements, dropped }: Omit<Observed, 'toString'>): string {
  const lines = [
    `observed since ${since}: ${total.runs} statements in scopes, ${total.outside} outside, ${total.system} of the system; ` +
      `${total.foreign} of ${total.rows} rows of another tenant`,
  ];
  for (const each of statements) {
    const { text, tables, foreign, rows, outside, several, callers } = each;
    const found = [
      foreign > 0 ? `${foreign} of ${rows} rows of another tenant` : '',
      outside > 0 ? `${outside} times outside every scope` : '',
      several > 0 ? `${several} times with rows of several tenants` : '',
    ].filter(Boolean);
    if (found.length === 0) continue;
    lines.push('', `${found.join(', ')}${tables.length > 0 ? ` (${tables.join(', ')})` : ''}`);
    lines.push(`  ${text.replace(/\s+/g, ' ').trim().slice(0, widest)}`);
    for (const caller of callers) lines.push(`    at ${caller}`);
  }
  const clean = statements.filter(({ foreign, outside }) => foreign === 0 && outside === 0).length;
  lines.push('', `${clean} other statements have nothing to report`);
  if (dropped > 0) lines.push(`${dropped} runs of further texts were not kept`);
  return lines.join('\n');
}
