import { hashOf } from './tokens.ts';
import { type Change, keyOf, type MadeObject, type ObjectId } from './types.ts';

/** An object that exists after some statements, with the sources of the statements that changed it. */
export interface StandingObject<Source> extends MadeObject {
  readonly sources: readonly Source[];
  /** Earlier names of its table. */
  readonly formerly?: readonly string[];
  /** Its state when the copy was made; see {@link Standing.follow}. */
  readonly was?: StandingObject<Source>;
}

/**
 * The objects after a series of statements. Each statement has the effect that it has in PostgreSQL, or a
 * slightly larger one: an object that is wrongly considered dropped is only written again.
 */
export class Standing<Source> {
  readonly #objects: Map<string, StandingObject<Source>>;

  constructor(objects: Iterable<readonly [string, StandingObject<Source>]> = []) {
    this.#objects = new Map(objects);
  }

  copy(): Standing<Source> {
    return new Standing(this.#objects);
  }

  /** A copy whose objects remember their state before later changes. */
  follow(): Standing<Source> {
    return new Standing([...this.#objects].map(([key, was]) => [key, { ...was, was }]));
  }

  get objects(): IterableIterator<StandingObject<Source>> {
    return this.#objects.values();
  }

  find(id: ObjectId): StandingObject<Source> | undefined {
    return this.#objects.get(keyOf(id));
  }

  apply(changes: readonly Change[], source: Source): void {
    for (const change of changes) this.#apply(change, source);
  }

  #apply(change: Change, source: Source): void {
    if (change.does === 'make') {
      if (change.keeps === true && this.find(change.object) !== undefined) return;
      this.#set(change.object, source, false);
    }
    if (change.does === 'alter') this.#alter(change.id, change.text, source);
    if (change.does === 'drop') this.#drop(change.id, change.cascade);
    if (change.does === 'rename') this.#rename(change.id, change.to);
    if (change.does === 'move') this.#move(change.id, change.to);
    if (change.does === 'grant' || change.does === 'revoke') this.#grant(change, source);
  }

  #set(object: MadeObject, source: Source, keepsSources: boolean): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    const before = keepsSources ? (known?.sources ?? []) : [];
    const sources = [...new Set([...before, source])];
    this.#objects.delete(key); // so that it comes after the objects that it needs
    this.#objects.set(key, { ...(known?.was && { was: known.was }), ...object, sources });
  }

  #alter(id: ObjectId, text: string, source: Source): void {
    for (const object of this.#named(id)) {
      const whole = `${object.text} ; ${text}`;
      this.#set({ ...object, text: whole, hash: hashOf(whole) }, source, true);
    }
  }

  #grant(change: Change & { does: 'grant' | 'revoke' }, source: Source): void {
    const before = this.find(change.id)?.text.split(', ').filter(Boolean) ?? [];
    const { privileges } = change;
    const left =
      change.does === 'grant'
        ? [...new Set([...before, ...(privileges.length === 0 ? ['all'] : privileges)])].sort()
        : privileges.length === 0
          ? []
          : before.filter((privilege) => !privileges.includes(privilege));
    const text = left.join(', ');
    const mentions = [change.id.relation, change.id.name];
    this.#set({ ...change.id, text, hash: hashOf(text), mentions }, source, true);
  }

  #drop(id: ObjectId, cascade: boolean): void {
    if (id.kind === 'column') this.#dropColumn(id, cascade);
    // a table may have been created outside the migrations
    for (const object of id.relation === '' ? [id, ...this.#named(id)] : this.#named(id)) {
      const isRelation = object.relation === '';
      const name = object.name.replace(/\(.*/s, '');
      const key = keyOf(object);
      this.#remove((other, otherKey) => {
        if (otherKey === key) return true;
        const same = other.schema === object.schema;
        if (isRelation && same && other.relation === object.name && fits(other, object))
          return true;
        // its comment, and the mode of a trigger
        if (same && other.relation === object.relation && other.name === object.name && !isRelation)
          return other.kind === 'comment' || other.kind === 'trigger mode';
        if (object.kind === 'schema' && other.schema === object.name) return true;
        const binds = other.kind === 'policy' || other.kind === 'trigger';
        return (
          cascade &&
          isRelation &&
          (binds || other.kind === 'foreign key' || other.kind === 'view') &&
          other.mentions.includes(name)
        );
      });
    }
  }

  #dropColumn({ schema, relation, name }: ObjectId, cascade: boolean): void {
    const owned = new Set(['constraint', 'foreign key', 'index', 'column', 'default', 'comment']);
    this.#remove((other) => {
      const here = other.schema === schema && other.relation === relation;
      if (!other.mentions.includes(name))
        return here && other.name === name && owned.has(other.kind);
      if (here && owned.has(other.kind)) return true;
      const binds = other.kind === 'policy' || other.kind === 'trigger';
      return cascade && binds && (here || other.mentions.includes(relation));
    });
  }

  #rename(id: ObjectId, to: string): void {
    this.#rekey((object) => {
      if (id.kind === 'column') {
        const here = object.schema === id.schema && object.relation === id.relation;
        const isNamed = here && object.name === id.name && /^(default|column)$/.test(object.kind);
        const sees = here || object.mentions.includes(id.relation);
        return {
          ...(isNamed ? { name: to } : {}),
          ...(sees && object.mentions.includes(id.name) ? saying(object, to) : {}),
        };
      }
      const same = object.schema === id.schema;
      if (keyOf(object) === keyOf(id) || (same && isIndex(object, id))) {
        return { name: to, ...saying(object, to) };
      }
      const hangs = id.relation === '' && same && object.relation === id.name && fits(object, id);
      const formerly = [...(object.formerly ?? []), object.relation];
      return {
        ...(hangs ? { relation: to, formerly } : {}),
        ...(id.relation === '' && object.mentions.includes(id.name) ? saying(object, to) : {}),
      };
    });
  }

  #move(id: ObjectId, to: string): void {
    this.#rekey((object) => {
      if (object.schema !== id.schema) return {};
      const hangs = object.relation === id.name && fits(object, id);
      return keyOf(object) === keyOf(id) || hangs ? { schema: to } : {};
    });
  }

  /** The object itself; an index is found by its name alone, without its table. */
  #named(id: ObjectId): StandingObject<Source>[] {
    if (id.kind === 'index' && id.relation === '') {
      return [...this.#objects.values()].filter(
        (object) => object.schema === id.schema && isIndex(object, id),
      );
    }
    const found = this.find(id);
    return found === undefined ? [] : [found];
  }

  #remove(isGone: (object: MadeObject, key: string) => boolean): void {
    for (const [key, object] of [...this.#objects]) {
      if (isGone(object, key)) this.#objects.delete(key);
    }
  }

  #rekey(change: (object: StandingObject<Source>) => Partial<StandingObject<Source>>): void {
    const objects = [...this.#objects.values()].map((object) => ({ ...object, ...change(object) }));
    this.#objects.clear();
    for (const object of objects) this.#objects.set(keyOf(object), object);
  }
}

const isIndex = (object: ObjectId, id: ObjectId) =>
  object.kind === 'index' && id.kind === 'index' && id.relation === '' && object.name === id.name;

const saying = ({ mentions }: MadeObject, name: string) => ({
  mentions: [...new Set([...mentions, name])],
});

/** Whether a relation name can mean this object: a function and a table may have the same name. */
const fits = (object: ObjectId, target: ObjectId) =>
  object.of === undefined ||
  object.relation === '' ||
  !['grant', 'owner', 'comment'].includes(object.kind) ||
  object.of === target.kind ||
  (object.of === 'table' && target.kind === 'view') ||
  !/^(function|schema)$/.test(object.of);
