import { defineTenancy } from '@tenantry/core';
import { type CommandOptions, defineCommand, type Feature } from '@tenantry/rls/feature';
import { runCommand } from 'tenantry';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { printTo } from '../src/kit/print.ts';
import { progressLine } from '../src/kit/progress.ts';
import { usageOf } from '../src/kit/usage.ts';
import { memoryStreams } from './support/streams.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });

const featureOf = (commands: NonNullable<Awaited<ReturnType<NonNullable<Feature['commands']>>>>) =>
  ({ name: 'acme', sql: () => ({ sections: [] }), commands: async () => commands }) as Feature;

const report = defineCommand({
  summary: 'Write a report.',
  needs: 'none',
  options: {
    out: { type: 'text', value: 'file', summary: 'Write to this file. Default: stdout.' },
    format: {
      type: 'choice',
      of: ['csv', 'ndjson'],
      default: 'csv',
      summary: 'Write this format.',
    },
    months: { type: 'whole', min: 1, max: 24, default: 3, summary: 'Reach this far back.' },
    deep: { type: 'flag', summary: 'Read everything.' },
  },
  positionals: { kind: { type: 'choice', of: ['sales', 'users'], summary: 'Report on this.' } },
  json: true,
  run({ options, positionals, print, refuse }) {
    expectTypeOf(options).toEqualTypeOf<{
      readonly out: string | undefined;
      readonly format: 'csv' | 'ndjson';
      readonly months: number;
      readonly deep: boolean;
    }>();
    expectTypeOf(positionals.kind).toEqualTypeOf<'sales' | 'users'>();
    if (options.out === 'nowhere') refuse('--out nowhere: name a file.');
    print.note('working');
    const { out, format, months, deep } = options;
    print.result({ ...positionals, out, format, months, deep }, () => print.line('in words'));
    if (options.deep) throw new Error('too deep');
  },
});

const config = { tenancy, features: [featureOf({ 'acme report': report })] };
const run = (...argv: string[]) => runCommand(config, ['acme', 'report', ...argv]);

describe('a command line is read by the declaration', () => {
  test('with defaults, and with what is given', async () => {
    const json = async (...argv: string[]) => JSON.parse((await run('--json', ...argv)).stdout);
    expect(await json('sales')).toEqual({ kind: 'sales', format: 'csv', months: 3, deep: false });
    expect(await json('--out=-', 'users', '--format', 'ndjson', '--months', '24')).toEqual({
      kind: 'users',
      out: '-',
      format: 'ndjson',
      months: 24,
      deep: false,
    });
    expect(await json('sales', '--out', '-5')).toMatchObject({ out: '-5' });
  });

  test.each<[string[], string]>([
    [['sales', '--fromat', 'csv'], 'Unknown option --fromat. Did you mean --format?'],
    [['sales', '--zzzz'], 'Unknown option --zzzz.\n'],
    [['sales', '-o'], 'Unknown option -o.'],
    [['sales', '--tenant', 'x'], 'Unknown option --tenant.'],
    [['sales', '--constructor'], 'Unknown option --constructor.'],
    [['sales', '--months', '0'], '--months is "0": use a whole number from 1 to 24.'],
    [['sales', '--months=1.5'], 'use a whole number from 1 to 24.'],
    [['sales', '--months='], '--months needs a value'],
    [['sales', '--out', '--deep'], '--out needs a value'],
    [['sales', '--format', 'xml'], '--format is "xml": use csv or ndjson.'],
    [['sales', '--deep=yes'], '--deep takes no value.'],
    [['sales', 'more'], 'Unexpected argument "more".'],
    [['-1729'], 'kind is "-1729": use sales or users.'],
    [['-17x'], 'Unknown option -1.'],
    [['sales', '--months', '-5'], '--months is "-5": use a whole number'],
    [['taxes'], 'kind is "taxes": use sales or users.'],
    [[], 'kind is missing: sales or users.'],
    [['sales', '--out', 'nowhere'], '--out nowhere: name a file.'],
  ])('%j is refused with exit code 2', async (argv, text) => {
    const { code, stderr, stdout } = await run(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`✗ ${text}`.slice(0, 2));
    expect(stderr).toContain(text);
  });

  test('an error of the command is printed, and its code is 1', async () => {
    expect(await run('sales', '--deep')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Error: too deep'),
    });
  });

  test('its help shows every option with range and default', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toBe(`Usage: tenantry acme report <sales|users> [options]

Write a report.

  <kind>                 Report on this.
  --out <file>           Write to this file. Default: stdout.
  --format <csv|ndjson>  Write this format. Default: csv.
  --months <number>      Reach this far back. From 1 to 24. Default: 3.
  --deep                 Read everything.
  --json                 Print JSON on stdout, and nothing else there.
`);
    expect((await run('--hlep')).code).toBe(2);
  });
});

test('--json leaves stdout to JSON alone, and lines go to stderr', () => {
  const { streams, text } = memoryStreams();
  const print = printTo(streams, true, progressLine(streams.stderr));
  print.line('a line');
  print.done('done');
  print.table([{ id: 1 }]);
  print.result([1], () => print.line('in words'));
  expect(JSON.parse(text('stdout'))).toEqual([1]);
  expect(text('stderr')).toBe('a line\n✓ done\nid\n1\n');
});

test('a text of the application moves no cursor and hides nothing', () => {
  const { streams, text } = memoryStreams();
  const print = printTo(streams, false, progressLine(streams.stderr));
  print.line('id=\u001b[2J\u001b[1A \r\u009bx \u0007');
  print.line(`\tours ${'\u001b[32mgreen\u001b[0m'}\nnext`);
  expect(text('stdout')).toBe(
    'id=\\u001b[2J\\u001b[1A \\u000d\\u009bx \\u0007\n\tours \u001b[32mgreen\u001b[0m\nnext\n',
  );
});

test('a table has its heads once, aligned, and a mark for nothing', () => {
  const { streams, text } = memoryStreams();
  const print = printTo(streams, false, progressLine(streams.stderr));
  print.table([
    { id: 'a', customer: null },
    { id: 'bcd', customer: 'cus_1', error: 'two\nlines' },
  ]);
  print.table([]);
  expect(text('stdout')).toBe('id   customer  error\na    –         –\nbcd  cus_1     two lines\n');
});

describe('progress', () => {
  test('is a bar with a total, a count without, and gone before a line is printed', () => {
    vi.useFakeTimers();
    try {
      const { streams, text } = memoryStreams(true);
      const progress = progressLine(streams.stderr);
      const print = printTo(streams, false, progress);
      progress.show('entries', 50, 100);
      expect(text('stderr')).toContain(' 50 %  50 entries');
      progress.show('entries', 1200);
      vi.advanceTimersByTime(1000);
      expect(text('stderr')).toContain('1,200 entries  1200/s');
      print.line('result');
      expect(text('stderr').endsWith('\r\u001b[K')).toBe(true);
      expect(vi.getTimerCount()).toBe(0);
      progress.show('reading');
      expect(text('stderr').endsWith('reading\u001b[K')).toBe(true);
      progress.clear();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('is nothing where there is no terminal', () => {
    const { streams, text } = memoryStreams(false);
    const progress = progressLine(streams.stderr);
    progress.show('entries', 50, 100);
    progress.clear();
    expect(text()).toBe('');
  });
});

describe('a declaration is refused', () => {
  const declare = (options: CommandOptions, rest: object = {}) =>
    defineCommand({ summary: 'Do.', needs: 'system-read', json: true, options, run() {}, ...rest });
  const text = { type: 'text', value: 'x', summary: 'Do.' } as const;
  test.each<[string, CommandOptions]>([
    ['takes a name of the command line', { config: text }],
    ['takes --json', { json: { type: 'flag', summary: 'Do.' } }],
    ['takes --help', { help: { type: 'flag', summary: 'Do.' } }],
    ['has a name in camelCase', { dryRun: { type: 'flag', summary: 'Do.' } }],
    [
      'has a choice that is none',
      { a: { type: 'choice', of: ['b'], default: 'c', summary: 'Do.' } },
    ],
    ['is out of its range', { a: { type: 'whole', min: 1, max: 2, default: 3, summary: 'Do.' } }],
    ['is out of its form', { a: { ...text, default: 'A', form: { pattern: /^a$/, words: 'a' } } }],
  ])('whose option %s', (_, options) => {
    expect(() => declare(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  test('whose argument is a flag', () => {
    const positionals = { a: { type: 'flag', summary: 'Do.' } };
    expect(() => declare({}, { positionals })).toThrow('CONFIG_INVALID');
  });

  test.each([
    ['is not made by defineCommand', { 'acme old': { summary: '', options: {}, run: () => 0 } }],
    ['has three words', { 'acme old report': report }],
  ])('of a feature that %s', async (_, commands) => {
    const features = [featureOf(commands as never)];
    expect(await runCommand({ tenancy, features }, ['acme', 'old'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is no command'),
    });
  });

  test('of a second feature with the same words', async () => {
    const features = [...config.features, ...config.features];
    expect(await runCommand({ tenancy, features }, ['acme', 'report'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('a second command "acme report"'),
    });
  });
});

test('what a command needs gives it its options', () => {
  const of = (needs: Parameters<typeof defineCommand>[0]['needs']) =>
    Object.keys(defineCommand({ summary: 'Do.', needs, run() {} }).options);
  expect(of('none')).toEqual([]);
  expect(of('config')).toEqual(['config']);
  expect(of('system-read')).toEqual(['config']);
  expect(of('tenant')).toEqual(['tenant', 'config']);
  expect(usageOf('x', defineCommand({ summary: 'Do.', needs: 'tenant', run() {} }))).toContain(
    '--tenant <id>    Run for this tenant. Required.',
  );
});
