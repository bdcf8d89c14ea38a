import { diagnose, fixesOf } from '@tenantry/rls/doctor';
import { type GeneratedObject, generatedObjects } from '@tenantry/rls/generate';
import { withClient } from '@tenantry/testing/schema';
import { describe, expect, test } from 'vitest';
import { application, database, ours } from './support/generated.ts';
import { type Way, ways } from './support/generated-mutations.ts';

// Everything that generate makes for a schema with all features, broken in every way that is known;
// each object must be named, and the SQL of the findings must make it whole again.
// pnpm test:mutations 18   every way

const objects = generatedObjects(application);
const roles = `do $$ declare r text; begin foreach r in array array['way_anon', 'way_restorer'] loop
  begin execute format('create role %I nologin', r); exception when duplicate_object or unique_violation then null; end; end loop; end $$;
  create function public.way_nothing() returns trigger language plpgsql as 'begin return new; end';
  grant create on schema tenantry to way_restorer`;

/** What a finding about an object must be named. */
const titleOf = ({ kind, of, schema: own, relation, name }: GeneratedObject): string => {
  const path = (title: string) => (own === 'public' ? title : `${own}.${title}`);
  if (of === 'schema') return `schema ${own}`;
  if (['grant', 'row security'].includes(kind) || name === '') return path(relation);
  return relation === '' ? path(name) : `${path(relation)}.${name}`;
};

describe('noticed:', () => {
  const long = process.env.TENANTRY_EVERY_WAY === '1';
  test.each(ways.filter(({ always }) => long || always))(
    '$name',
    async (way: Way) => {
      const { url } = await database();
      const broken = objects.flatMap((object) => {
        const sql = way.breaks(object);
        return sql === undefined ? [] : [{ object, sql }];
      });
      expect(broken.length).toBeGreaterThan(0);
      await withClient(url, async (client) => {
        await client.query(roles);
        await client.query('begin; set local check_function_bodies = off');
        for (const { sql } of broken) await client.query(sql);
        await client.query('commit');
        const found = ours(await diagnose(client, application));
        const named = new Set(found.map(({ rule, object }) => `${rule} ${object}`));
        const missed = broken.filter(
          ({ object }) => !named.has(`generated-${way.rule} ${titleOf(object)}`),
        );
        expect(missed.map(({ sql }) => sql)).toEqual([]);

        await client.query('begin');
        for (const { statements } of fixesOf(found)) {
          for (const sql of statements) await client.query(sql);
        }
        await client.query('commit');
        const left = ours(await diagnose(client, application));
        expect(left.map(({ rule, object, found: what }) => `${rule} ${object} ${what}`)).toEqual(
          [],
        );
      });
    },
    600_000,
  );
});
