import { readStatement } from '../objects/read.ts';
import type { Change, MadeObject, ObjectId } from '../objects/types.ts';
import { closedPolicy } from './removals.ts';

/** Why a statement is in a migration, in one sentence. */
export function explain(statement: string): string {
  const changes = readStatement(statement);
  if (changes === undefined) return 'A statement of your own.';
  // a created object says more than the one it replaces
  const first =
    changes.find(({ does }) => does === 'make') ?? changes.find(({ does }) => does !== 'run');
  if (first === undefined) return explainRun(statement);
  return explainChange(first, changes);
}

function explainChange(change: Change, all: readonly Change[]): string {
  switch (change.does) {
    case 'make':
      return explainMade(change.object, all);
    case 'drop':
      return explainDrop(change.id, all);
    case 'grant':
      return `Gives ${change.id.name} exactly the rights that it needs on ${on(change.id)}.`;
    case 'revoke':
      return `Takes from ${change.id.name} what it may have on ${on(change.id)}: some rights go past every policy.`;
    case 'rename':
    case 'move':
      return `Renames or moves ${title(change.id)}; what hangs on it goes along.`;
    case 'retype':
      return `Changes the type of ${title(change.id)}.`;
    default:
      return `Changes ${title(idOf(all))}.`;
  }
}

const idOf = (all: readonly Change[]): ObjectId | undefined =>
  all.flatMap((change) => ('id' in change ? [change.id] : []))[0];

function explainMade(object: MadeObject, all: readonly Change[]): string {
  switch (object.kind) {
    case 'policy': {
      const names = all.flatMap((each) =>
        each.does === 'make' && each.object.kind === 'policy' ? [each.object.name] : [],
      );
      if (names.includes(closedPolicy))
        return `Closes ${on(object)} to everybody whom policies bind, until its policies stand again.`;
      return `Exchanges the policies of ${on(object)} in one statement, so that at no time one of them is missing: ${names.join(', ')}.`;
    }
    case 'row security':
      return `Binds everybody to the policies of ${on(object)}, its owner too.`;
    case 'trigger':
      return `Guards or records what happens to rows of ${on(object)}, also by SQL that nobody reviewed.`;
    case 'foreign key':
      return `Lets rows of ${on(object)} point at rows of their own tenant only; it is checked for new rows at once, without a long lock.`;
    case 'default':
      return `Fills ${object.name} of ${on(object)} with the tenant of the transaction.`;
    case 'function':
      return `Makes ${object.schema}.${object.name}, or replaces it as a whole.`;
    case 'owner':
      return `Gives ${on(object)} to a role that nobody logs in as, whose rights it has while it runs.`;
    case 'role':
      return `Makes role ${object.name} where it is missing, and refuses one that could not do its work.`;
    case 'comment':
      return `Marks ${on(object)}, so that it is known again.`;
    case 'trigger mode':
      return `Lets the guards of ${on(object)} run for replication and restores as well.`;
    default:
      return `Makes ${title(object)}.`;
  }
}

function explainDrop(id: ObjectId, all: readonly Change[]): string {
  const isPutUp = all.some(({ does }) => does === 'make');
  if (isPutUp) return `Exchanges ${title(id)}.`;
  if (id.kind === 'table' || id.kind === 'column') return `Drops ${title(id)} with its content.`;
  return `Takes ${title(id)} away: it stands in the way of what follows, or nothing declares it any more.`;
}

function explainRun(statement: string): string {
  if (/lock_timeout/.test(statement))
    return 'Lets the migration fail where a table is in use, instead of making the application wait.';
  if (/validate constraint/.test(statement))
    return 'Checks the rows that were there against the reference, while others read and write.';
  return 'Runs once: rows, settings, or a check of what is there.';
}

const on = ({ schema, relation, name }: ObjectId) =>
  `${schema}.${relation || name}`.replace(/^(public)?\./, '');
const title = (id: ObjectId | undefined) =>
  id === undefined
    ? 'what stands'
    : `${id.kind} ${[id.relation, id.name].filter(Boolean).join('.')}`;
