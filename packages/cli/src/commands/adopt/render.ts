import type {
  AdoptFinding,
  AdoptionPlan,
  AdoptReport,
  FillSource,
  PlannedTable,
  previewAdoption,
  SchemaLines,
  StepState,
} from '@tenantry/rls/adopt';
import { titleOfPath } from '@tenantry/rls/model';
import type { Style } from '../../terminal/style.ts';

/** A plan as text: one table after the other, in the order of adoption. */
export function renderPlan(
  plan: AdoptionPlan,
  state: readonly StepState[],
  style: Style,
  file: string | undefined,
): string {
  const widest = Math.max(...plan.tables.map(({ table }) => titleOfPath(table).length));
  const lines = plan.tables.flatMap((table, i) => ofTable(table, i, widest, state, style));
  const count = (is: PlannedTable['is']) => plan.tables.filter((table) => table.is === is).length;
  const open = count('undecided');
  const stops = plan.tables.filter(({ inTheWay = [] }) =>
    inTheWay.some((each) => each.startsWith('stops: ')),
  );
  return [
    `${style.bold('tenantry adopt')}  ${plan.tables.length} tables: ${counted(count)}`,
    ...(plan.members === null
      ? [style.yellow('! no table says who is a member of which tenant: name it with --members')]
      : []),
    '',
    ...lines,
    '',
    ...(open > 0 ? [style.yellow(`! ${open} undecided: say in the plan what they are`)] : []),
    ...(stops.length > 0 ? [style.yellow(`! ${stops.length} stopped: see above`)] : []),
    file === undefined
      ? 'Next: tenantry adopt --plan writes this as a file to edit.'
      : `Next: read ${file}, edit what is wrong, then tenantry adopt --run --dry-run.`,
  ].join('\n');
}

/** How many tables there are of each kind; together they are all. */
const counted = (count: (is: PlannedTable['is']) => number): string =>
  (
    [
      ['tenants', 'of tenants'],
      ['isolated', 'to isolate'],
      ['visible', 'of users'],
      ['shared', 'shared'],
      ['system', 'for the system'],
      ['other', 'of other libraries'],
      ['undecided', 'undecided'],
    ] as const
  )
    .flatMap(([is, words]) => (count(is) === 0 ? [] : [`${count(is)} ${words}`]))
    .join(', ');

function ofTable(
  { table, is, because, column, fill = [], inTheWay = [] }: PlannedTable,
  i: number,
  widest: number,
  state: readonly StepState[],
  style: Style,
): string[] {
  const done = state.filter((each) => each.table === table && each.done).at(-1);
  const line = (label: string, text: string) => `      ${style.dim(label.padEnd(8))} ${text}`;
  return [
    `${String(i + 1).padStart(4)}  ${style.bold(titleOfPath(table).padEnd(widest))}  ${is.padEnd(9)}  ${because}`,
    ...(is === 'isolated' && column !== undefined
      ? [
          line(
            'tenant',
            `${column}${fill.length > 0 ? `, filled ${fill.map(words).join(', else ')}` : ''}`,
          ),
        ]
      : []),
    ...inTheWay.map((each) =>
      line(each.startsWith('stops: ') ? style.red('stops') : 'see', each.replace(/^stops: /, '')),
    ),
    ...(done === undefined ? [] : [line('done', `up to ${done.step}`)]),
  ];
}

function words(source: FillSource): string {
  switch (source.from) {
    case 'parent':
      return `from ${titleOfPath(source.parent)} by ${source.column}`;
    case 'owner':
      return `from the membership of ${source.column}`;
    case 'tenant':
      return `with ${source.id}`;
  }
}

/** The statements of a dry run. */
export function renderPreview(
  preview: readonly Pick<
    Awaited<ReturnType<typeof previewAdoption>>[number],
    'table' | 'step' | 'sql'
  >[],
  style: Style,
): string {
  if (preview.length === 0) return 'Nothing is left to do.';
  return preview
    .map(({ table, step, sql }) =>
      [
        style.bold(`-- ${step}: ${titleOfPath(table)}`),
        ...(sql.length === 0 ? [style.dim(`-- ${inRows[step] ?? 'no statement'}`)] : []),
        ...sql.map((each) => (each.trimEnd().endsWith(';') ? each : `${each};`)),
      ].join('\n'),
    )
    .join('\n\n');
}

const inRows: Readonly<Record<string, string>> = {
  fill: 'fills the rows in batches',
  prove: 'looks for rows without a tenant',
  observe: 'changes nothing: the pool counts what a policy would refuse',
};

/** A finding, with the keys of the first rows. */
export function renderFinding(finding: AdoptFinding, style: Style): string {
  const keys = finding.keys.slice(0, 5).map((key) =>
    Object.entries(key)
      .map(([column, value]) => `${column}=${shortened(JSON.stringify(value))}`)
      .join(' '),
  );
  const more = finding.rows - keys.length;
  const line = (label: string, text: string) => `    ${style.dim(label.padEnd(7))}${text}`;
  return [
    line('code', finding.code),
    line('found', finding.found),
    line('rows', `${keys.join(', ')}${more > 0 ? ` and ${more} more` : ''}`),
    line('fix', finding.fix),
  ].join('\n');
}

/** A key may be a text of thousands of characters. */
const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

/** The fragments for the schema module, or the rules for the configuration, and where they go. */
export const renderSchema = (
  lines: readonly SchemaLines[],
  style: Style,
  place: 'schema module' | 'configuration',
): string =>
  [
    ...lines.map(({ table, lines: own }) =>
      [style.bold(table), ...own.map((each) => `  ${each}`)].join('\n'),
    ),
    place === 'configuration'
      ? '\nNext: put these lines into tables of tenantry.config.ts, then tenantry adopt --migrations.'
      : '\nNext: put these lines into your schema. ...tenancy.columns.scoped() takes the place of the tenant column,\nreference(…) that of .references(…) at the same column. Then tenantry generate and tenantry adopt --migrations.',
  ].join('\n');

/** What a run ends with. */
export function ending(
  { steps, longestLockMs, retries }: AdoptReport,
  enforced: boolean,
  waits: boolean,
): string {
  const locks = `the longest lock was held ${Math.ceil(longestLockMs)} ms${retries > 0 ? `; ${retries} times a statement waited for its turn` : ''}`;
  if (waits)
    return `\nRows stop it: set them right, then run the same command again. It goes on there (${locks}).`;
  if (steps.length === 0) return 'Nothing is left to do.';
  return enforced
    ? `\nEnforced; ${locks}. Next: tenantry adopt --schema prints what your schema says from now on; then generate, adopt --migrations, your migrations, doctor.`
    : `\nObserve mode; ${locks}. Nothing is refused yet: run your code in scopes, look at what the pool reports, then tenantry adopt --enforce.`;
}
