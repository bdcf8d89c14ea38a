import { ddl, functionsSql, name, sqlFunction } from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql } from '@tenantry/rls/feature';

/** The functions over the table that the application marked with `tables.notes.rules(t)`. */
export function notesSql({ tenancy, marked }: FeatureInput): FeatureSql {
  const notes = marked('acme-notes:notes');
  if (notes === undefined) return { sections: [] };
  const table = name(notes.schema, notes.name);
  const column = (property: string) => name(notes.property(property));
  const [id, by, until] = [column('id'), column('lockedBy'), column('lockedUntil')] as const;
  const [app, system] = [name(tenancy.roles.app), name(tenancy.roles.system)];
  // without an owner a function runs as its caller: the policies decide which notes it sees
  const lock = sqlFunction(
    ddl`lock_note(note text, editor text, seconds integer) returns void`,
    { callers: [app] },
    ddl`
      declare
        holder text;
      begin
        update ${table} n set ${by} = editor, ${until} = now() + make_interval(secs => seconds)
          where n.${id}::text = note and (n.${by} is null or n.${by} = editor or n.${until} < now());
        if found then return; end if;
        select n.${by} into holder from ${table} n where n.${id}::text = note;
        raise exception 'NOTE_LOCKED: note % by %', note, holder using errcode = 'TN001',
          detail = jsonb_build_object('note', note)::text;
      end
    `,
  );
  const release = sqlFunction(
    ddl`release_notes() returns bigint`,
    { callers: [system] },
    ddl`
      declare
        released bigint;
      begin
        update ${table} set ${by} = null, ${until} = null where ${until} < now();
        get diagnostics released = row_count;
        return released;
      end
    `,
  );
  const locked = sqlFunction(
    ddl`locked_notes() returns jsonb`,
    { callers: [app, system], volatility: 'stable' },
    ddl`
      begin
        return (select coalesce(jsonb_agg(jsonb_build_object('note', ${id}, 'by', ${by}) order by ${id}), '[]')
          from (select ${id}, ${by} from ${table} where ${until} > now() order by ${id} limit 101) n);
      end
    `,
  );
  return { sections: [{ id: 'locks', sql: [functionsSql([lock, release, locked])] }] };
}
