import { basename, dirname } from 'node:path';
import type { MigrationFormat } from '../../../config/migration-format.ts';

/** How a runner names its migrations, and what stands around their SQL. */
export interface Format {
  /** The order of a file or folder of the folder; undefined for one that is no migration. */
  order(entry: string): string | undefined;
  /** The file of an entry, within the folder. */
  file(entry: string): string;
  /** The name of the next migration, behind those that are there. */
  next(entries: readonly string[], name: string): string;
  wrap(sql: string): string;
  /** The SQL that runs forward. */
  read(text: string): string;
}

const itself = (text: string) => text;

/** `20260131120000`, in UTC, and later than the last one. */
function stamp(entries: readonly string[]): string {
  const last = entries
    .map((entry) => /^(\d{14})/.exec(entry)?.[1] ?? '')
    .sort()
    .at(-1);
  const now = textOf(new Date());
  if (last === undefined || last === '' || now > last) return now;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(last)?.map(Number) ?? [];
  const time = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, (second ?? 0) + 1);
  return textOf(new Date(time));
}

const textOf = (time: Date) => time.toISOString().replace(/\D/g, '').slice(0, 14);

/** The number or the time at the beginning, in as many digits as the files of the folder have. */
function nextNumber(entries: readonly string[]): string {
  const last =
    entries
      .map((entry) => /^(\d+)/.exec(entry)?.[1] ?? '')
      .sort(byNumber)
      .at(-1) ?? '';
  if (last.length === 14) return stamp(entries);
  const least = BigInt(last || '0') + 1n;
  if (last.length < 10) return String(least).padStart(last.length || 4, '0');
  const now = BigInt(last.length >= 13 ? Date.now() : Math.floor(Date.now() / 1000));
  return String(now > least ? now : least);
}

const byNumber = (a: string, b: string) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

const numbered = (entry: string) => {
  const digits = /^(\d+)[._-].*\.sql$/.exec(entry)?.[1];
  return digits === undefined || /\.(down|undo)\b/.test(entry)
    ? undefined
    : `${digits.padStart(20, '0')} ${entry}`;
};

/** How the files of a folder are named: golang-migrate and postgrator have a file for each direction. */
function fileName(entries: readonly string[], number: string, name: string): string {
  const all = (like: RegExp) => entries.length > 0 && entries.every((entry) => like.test(entry));
  if (all(/^\d+\.do\./)) return `${number}.do.${name}.sql`;
  return `${number}_${name}${all(/\.up\.sql$/) ? '.up.sql' : '.sql'}`;
}

const sql: Format = {
  order: numbered,
  file: itself,
  next: (entries, name) => fileName(entries, nextNumber(entries), name),
  wrap: itself,
  read: itself,
};

/** A file with a part for each direction. */
const inTwoParts = (up: string, down: string): Pick<Format, 'wrap' | 'read'> => ({
  wrap: (text) =>
    `${up}\n${text}\n${down}\n-- \`npx tenantry generate\` writes the way back, when the configuration goes back.\n`,
  read: (text) => {
    const begin = text.indexOf(up);
    const rest = begin === -1 ? text : text.slice(begin + up.length);
    const end = rest.indexOf(down);
    return end === -1 ? rest : rest.slice(0, end);
  },
});

export const formats: Readonly<Record<MigrationFormat, Format>> = {
  sql,
  dbmate: {
    ...sql,
    next: (entries, name) => `${stamp(entries)}_${name}.sql`,
    ...inTwoParts('-- migrate:up', '-- migrate:down'),
  },
  'node-pg-migrate': {
    ...sql,
    next: (entries, name) => {
      const last = entries.map((entry) => Number(/^(\d+)/.exec(entry)?.[1] ?? 0));
      return `${Math.max(Date.now(), ...last.map((each) => each + 1))}_${name}.sql`;
    },
    ...inTwoParts('-- Up Migration', '-- Down Migration'),
  },
  prisma: {
    order: (entry) => (/^\d{14}_/.test(entry) ? entry : undefined),
    file: (entry) => `${entry}/migration.sql`,
    next: (entries, name) => `${stamp(entries)}_${name}`,
    wrap: itself,
    read: itself,
  },
  flyway: {
    order: (entry) => {
      const version = /^V([\d._]+)__.*\.sql$/.exec(entry)?.[1];
      return version?.replace(/\d+/g, (digits) => digits.padStart(20, '0'));
    },
    file: itself,
    next: (entries, name) => {
      const versions = entries.map((entry) => Number(/^V(\d+)/.exec(entry)?.[1] ?? 0));
      return `V${Math.max(0, ...versions) + 1}__${name}.sql`;
    },
    wrap: itself,
    read: itself,
  },
};

/** `0001_tables`: the name of a file, or of its folder. */
export const nameOf = (file: string): string =>
  basename(file) === 'migration.sql' ? basename(dirname(file)) : basename(file, '.sql');
