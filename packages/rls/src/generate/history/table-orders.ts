import type { Path } from '../objects/cursor.ts';
import { splitStatements } from '../statements.ts';
import type { Columns } from './columns.ts';
import { type ChangeKind, orderNote } from './deploy-orders.ts';
import { changesOf } from './read.ts';

/** The effects of a drizzle-kit migration on the names that code uses. */
export interface TableChanges {
  /** One sentence for each kind of change that breaks old code. */
  readonly notes: readonly string[];
  /** Renamed columns and their new names; undefined for dropped columns. */
  readonly renamed: ReadonlyMap<string, string | undefined>;
}

export const columnKey = (table: Path, name: string): string =>
  JSON.stringify([table.schema, table.name, name]);

/**
 * Reads what drizzle-kit wrote.
 * @param word the tenant column and its new name, when the word changes; this is reported only once
 */
export function tableChanges(
  text: string,
  before: Columns,
  word: readonly [string, string] | undefined,
): TableChanges {
  const columns = before.copy();
  const found = new Map<ChangeKind, string[]>();
  const renamed = new Map<string, string | undefined>();
  const add = (kind: ChangeKind, what: string) =>
    found.set(kind, [...(found.get(kind) ?? []), what]);
  const statements = splitStatements(text.replaceAll('--> statement-breakpoint', ''));
  const made = new Set(
    statements.flatMap((statement) =>
      changesOf(statement).flatMap((change) =>
        change.does === 'make' && change.object.kind === 'view' ? [shown(change.object)] : [],
      ),
    ),
  );
  for (const statement of statements) {
    for (const change of changesOf(statement)) {
      if (!('id' in change) || !/^(table|view)$/.test(change.id.kind)) continue;
      const title = `${change.id.kind} ${shown(change.id)}`;
      if (change.does === 'drop' && !made.has(shown(change.id))) add('table dropped', title);
      if (change.does === 'rename') add('table renamed', `${title} to ${change.to}`);
      if (change.does === 'move') add('table moved', `${title} to schema ${change.to}`);
    }
    for (const { does, table, name, before: was, after, to } of columns.apply(statement)) {
      const title = `${name} of ${shown(table)}`;
      if (does === 'drop' || does === 'rename') renamed.set(columnKey(table, name), to);
      if (does === 'rename' && !(name === word?.[0] && to === word[1]))
        add('column renamed', `${title} to ${to}`);
      if (does === 'drop')
        add(was?.notNull && !was.hasDefault ? 'required column dropped' : 'column dropped', title);
      if (does === 'add' && after?.notNull && !after.hasDefault) add('column required', title);
      const isNow = columns.find(table, name);
      if (does === 'not null' && was?.notNull !== true) add('column not null', title);
      if (does === 'drop default' && isNow?.notNull) add('column not null', title);
      if (does === 'retype' && !isWider(was?.type ?? '', after?.type ?? ''))
        add('type changed', `${title} to ${after?.type}`);
    }
  }
  return {
    notes: [...found].map(([kind, list]) => orderNote(kind, `${words[kind]} ${shortened(list)}`)),
    renamed,
  };
}

const words: Partial<Record<ChangeKind, string>> = {
  'table dropped': 'dropped:',
  'table renamed': 'renamed:',
  'table moved': 'moved:',
  'column renamed': 'renamed: column',
  'column dropped': 'dropped: column',
  'required column dropped': 'dropped, not null and without a default: column',
  'column required': 'added, not null and without a default: column',
  'column not null': 'needs a value from here on: column',
  'type changed': 'another type: column',
};

export const shown = ({ schema, name }: Path): string =>
  schema === 'public' ? name : `${schema}.${name}`;

export const shortened = (list: readonly string[]): string =>
  list.length > 5 ? `${list.slice(0, 4).join(', ')} and ${list.length - 4} more` : list.join(', ');

const widths: Readonly<Record<string, readonly string[]>> = {
  smallint: ['integer'],
  real: ['double precision'],
};

/** Whether code for the first type also works with the second. */
function isWider(from: string, to: string): boolean {
  if (from === to || widths[from]?.includes(to)) return true;
  const [, base, length] = /^(varchar|numeric|text)(?: \( (\d+).*\))?$/.exec(from) ?? [];
  const [, next, wider] = /^(varchar|numeric|text)(?: \( (\d+)\s*\))?$/.exec(to) ?? [];
  if (base === undefined || next === undefined) return false;
  if (base !== next && (base === 'numeric' || next === 'numeric')) return false;
  return (
    wider === undefined ||
    (base === 'varchar' && length !== undefined && Number(length) <= Number(wider))
  );
}
