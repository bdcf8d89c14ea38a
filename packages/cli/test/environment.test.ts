import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

// One name for one variable, in code, errors, guides and examples: those of the reference.

const root = fileURLToPath(new URL('../../../', import.meta.url));
const reference = readFileSync(`${root}docs/reference/environment.md`, 'utf8');
const documented = new Set(
  [...reference.matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|/gm)].flatMap(([, names = '']) =>
    names.split(', ').map((name) => name.replaceAll('`', '')),
  ),
);

/** What belongs to Node.js, to the terminal or to the operating system, and needs no page of ours. */
const ofOthers = new Set([
  'PATH',
  'USER',
  'TMPDIR',
  'TERM',
  'NODE_OPTIONS',
  'CI',
  'HOME',
  'DOCKER_HOST',
  'XDG_RUNTIME_DIR',
  'NEXT_RUNTIME',
]);

function files(folder: string, pattern: RegExp): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'test'].includes(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return files(path, pattern);
    return pattern.test(entry.name) ? [path] : [];
  });
}

const text = (path: string) => readFileSync(`${root}${path}`, 'utf8');

/** Names of variables that a source file reads: `process.env.X`, and `{ X, Y } = process.env`. */
function variablesRead(source: string): string[] {
  const direct = [...source.matchAll(/\benv\.([A-Z][A-Z_]+)\b/g)].map(([, name]) => name as string);
  const taken = [...source.matchAll(/\{([^{}]*)\}\s*=\s*process\.env\b/g)].flatMap(
    ([, names = '']) =>
      [...names.matchAll(/\b([A-Z][A-Z_]+)\b/g)].map(([, name]) => name as string),
  );
  return [...direct, ...taken];
}

/** What looks like a variable of ours in prose, errors and settings. */
const mention =
  /\b(?:[A-Z]+_)*DATABASE(?:_[A-Z]+)*_URL\b|\b(?:STRIPE|TEST|TENANCY|CONTEXT|SESSION)_[A-Z_]*(?:URL|KEY|SECRETS?|POSTGRES(?:_VERSION)?|BASE)\b/g;

it('names in the reference every variable that a package reads', () => {
  const read = files('packages', /\.tsx?$/).flatMap((path) =>
    variablesRead(text(path)).map((name) => ({ name, path })),
  );
  expect(read.length).toBeGreaterThan(10);
  expect(read.filter(({ name }) => !documented.has(name) && !ofOthers.has(name))).toEqual([]);
});

it('calls a variable by the same name in code, errors, guides and examples', () => {
  const places = [
    ...files('packages', /\.(tsx?|md)$/),
    ...files('docs', /\.md$/),
    ...files('examples', /\.(tsx?|md|sql)$|^\.env\.example$/),
    'README.md',
    'CONTRIBUTING.md',
  ];
  const unknown = places.flatMap((path) =>
    [...text(path).matchAll(mention)]
      .filter(([name]) => !documented.has(name))
      .map(([name]) => `${path}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

it('documents no variable that nothing mentions', () => {
  const everywhere = [
    ...files('packages', /\.(tsx?|md)$/),
    ...files('docs', /\.md$/).filter((path) => !path.endsWith('reference/environment.md')),
    ...files('examples', /\.(tsx?|md)$|^\.env\.example$/),
  ]
    .map(text)
    .join('\n');
  expect([...documented].filter((name) => !everywhere.includes(name))).toEqual([]);
});
