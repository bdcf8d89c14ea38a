import { testDatabase } from '@tenantry/testing/vitest';
import type pg from 'pg';
import { expect } from 'vitest';
import { connected, rows } from './support.ts';

/** Users, organisations with ids of this type, and their members. */
export const people = (id: string, more = '') => `
create table users (id bigint primary key);
create table orgs (id ${id} primary key);
create table members (org_id ${id} not null references orgs (id), user_id bigint not null references users (id), primary key (org_id, user_id));
${more}`;
/** A database with this content. */
export async function databaseOf(sql: string) {
  const { url } = await testDatabase();
  const root = await connected(url);
  await root.query(sql);
  return { url, root };
}
/** Nothing of a tenancy was made. */
export const nothing = async (root: pg.Client) =>
  expect(await rows(root, "select 1 from pg_namespace where nspname = 'tenantry'")).toEqual([]);
