import type { Standing, StandingObject } from '../objects/standing.ts';
import type { Change, ObjectId } from '../objects/types.ts';
import type { Origin } from './read.ts';

type Object = StandingObject<Origin>;

/**
 * Whether an object of ours blocks a change of drizzle-kit, or is silently dropped by it: a policy that
 * reads a column whose type changes, a foreign key to a dropped primary key, a policy that reads a
 * dropped table.
 */
export function stops(object: Object, change: Change, standing: Standing<Origin>): boolean {
  if (change.does === 'retype') return reads(object, change.id);
  if (change.does !== 'drop') return false;
  const { id } = change;
  switch (id.kind) {
    case 'column':
      return reads(object, id);
    case 'constraint':
      return pointsAt(object, id.relation) && !isCheck(standing.find(id));
    case 'index': {
      const index = [...standing.objects].find(
        ({ kind, schema, name }) => kind === 'index' && schema === id.schema && name === id.name,
      );
      return index?.text.startsWith('unique') === true && pointsAt(object, index.relation);
    }
    case 'table':
    case 'view':
      return isElsewhere(object, id) && looksAt(object, id.name);
    case 'type':
      return object.kind === 'policy' && object.mentions.includes(id.name);
    default:
      return false;
  }
}

/** Whether a policy, a trigger, a key or an index depends on a column. */
function reads(object: Object, { schema, relation, name }: ObjectId): boolean {
  if (!object.mentions.includes(name)) return false;
  const here = object.schema === schema && object.relation === relation;
  if (object.kind === 'policy' || object.kind === 'foreign key') {
    return here || object.mentions.includes(relation);
  }
  return here && (object.kind === 'trigger' || object.kind === 'index');
}

/** Whether a foreign key may depend on the key of a table: it references the table, also from itself. */
const pointsAt = (object: Object, table: string) =>
  object.kind === 'foreign key' && object.mentions.includes(table);

const isCheck = (constraint: Object | undefined) => constraint?.text.startsWith('check') === true;

const isElsewhere = (object: Object, { schema, name }: ObjectId) =>
  object.schema !== schema || object.relation !== name;

const looksAt = (object: Object, table: string) =>
  (object.kind === 'policy' || object.kind === 'foreign key') && object.mentions.includes(table);
