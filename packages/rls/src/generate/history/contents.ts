import { ddl, literal, name } from '@tenantry/core/sql';
import { standingAfter } from '../objects/standing-after.ts';
import type { MadeObject, ObjectId } from '../objects/types.ts';
import type { Section } from '../section.ts';
import { makesTable } from './made-tables.ts';
import type { Missing } from './missing.ts';
import type { Migrated } from './read.ts';
import { closedPolicy, removeFirst, removeLast } from './removals.ts';
import type { MigrationContent } from './render.ts';
import { schemaOf } from './schema.ts';

/** A migration to write. */
export interface NamedContent extends MigrationContent {
  /** `tenantry_isolation`, `tenantry_rbac` */
  readonly name: string;
}

const own =
  /^(foundation|schemas|previous|entry|attributes|(table|references|search|number|view|keys):)/;
/** The sections that need those of all features. */
const behind = /^(entry|attributes)$/;

/**
 * The migrations that bring a database to the declared state: one for the tables, one for each feature,
 * and the entry function after all of them.
 */
export function contentsOf({ sections, gone, mended, kept, lost }: Missing): NamedContent[] {
  const groups = new Map<string, Section[]>();
  const hasFeatures = sections.some((each) => !own.test(each.id) && !makesTable(each));
  for (const section of sections) {
    const feature = makesTable(section)
      ? 'tables'
      : own.test(section.id)
        ? 'isolation'
        : (section.id.split(':')[0] ?? '');
    const group = behind.test(section.id) && hasFeatures ? 'entry' : feature;
    groups.set(group, [...(groups.get(group) ?? []), section]);
  }
  const closed = gone.filter((object) => object.name === closedPolicy);
  const others = gone.filter((object) => object.name !== closedPolicy);
  const first = removeFirst(others);
  const last = [...removeLast(others), ...removeLast(closed)];
  if (groups.size === 0 && first.length + last.length > 0) groups.set('isolation', []);
  const names = [...groups.keys()];
  const notes = notesOf({ mended, kept, lost, gone });
  return names.map((group, i) => ({
    name: `tenantry_${group.replaceAll('-', '_')}`,
    sections: groups.get(group) ?? [],
    first: i === 0 ? first : [],
    last: i === names.length - 1 ? last : [],
    notes: i === 0 ? notes : [],
  }));
}

/**
 * The foundation. The mark of the schema names its tenancy and refuses another one. When the migrations
 * of this folder have set the mark, a new word or new roles are a rename of the same tenancy.
 */
export function foundationContent(foundation: Section, { standing }: Migrated): NamedContent {
  const schema = schemaOf([foundation]);
  const now = markOf(schema, standingAfter([foundation]));
  const before = markOf(schema, standing);
  const isOwn = before !== undefined || standing.find(currentTenant(schema)) !== undefined;
  const marked = ddl`
    do $tenantry$
    begin
      if coalesce(obj_description(to_regnamespace(${literal(schema)}), 'pg_namespace'), '') in ('', ${{ sql: before ?? "''" }}) then
        comment on schema ${name(schema)} is ${{ sql: now ?? "''" }};
      end if;
    end
    $tenantry$;
  `.sql;
  return {
    name: 'tenantry_foundation',
    sections: [foundation],
    first: isOwn && now !== undefined && now !== before ? [marked] : [],
  };
}

const currentTenant = (schema: string): ObjectId => ({
  kind: 'function',
  schema,
  relation: '',
  name: 'current_tenant()',
});

/** The literal of the comment on the schema. */
function markOf(
  schema: string,
  standing: { find(id: ObjectId): { readonly text: string } | undefined },
): string | undefined {
  const id: ObjectId = { kind: 'comment', of: 'schema', schema, relation: schema, name: '' };
  return standing.find(id)?.text.replace(/^.*? is /, '');
}

/** Notes for the user, one sentence each. */
export function notesOf({
  mended,
  kept,
  lost,
  gone,
}: Pick<Missing, 'mended' | 'kept' | 'lost' | 'gone'>): string[] {
  return [
    ...mended.map(
      ({ schema, relation, name: policy }) =>
        `mends: policy ${policy} of ${schema}.${relation} was turned into another one by a rename; it stands as declared again.`,
    ),
    ...(lost.length === 0
      ? []
      : [`puts back: ${listed(lost)}; earlier migrations took it away or changed it.`]),
    ...(gone.length === 0 ? [] : [`removes: ${listed(gone)}; nothing declares it any more.`]),
    ...kept.map(
      (what) => `stays: ${what} is no longer needed and may hold rows; drop it yourself.`,
    ),
  ];
}

const most = 8;

function listed(objects: readonly MadeObject[]): string {
  const titles = [...new Set(objects.map(titleOf))];
  const more = titles.length > most ? ` and ${titles.length - most} more` : '';
  return `${titles.slice(0, most).join(', ')}${more}`;
}

/** `trigger tenantry_audit of projects`, `rights of app on projects` */
function titleOf({ kind, schema, relation, name: own }: MadeObject): string {
  const path = (table: string) => (schema === 'public' ? table : `${schema}.${table}`);
  if (kind === 'grant')
    return `rights of ${own} on ${relation === '' ? `schema ${schema}` : path(relation)}`;
  if (relation === '') return `${kind} ${path(own)}`;
  return own === '' ? `${kind} of ${path(relation)}` : `${kind} ${own} of ${path(relation)}`;
}
