import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSection, writeSection } from '../src/lib/section-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a section is replaced again and again, and nothing else of the file', () => {
  const path = join(folder, 'page.md');
  writeFileSync(path, '# Page\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nrest\n');
  writeSection(path, 'a', 'new');
  writeSection(path, 'a', 'newer');
  expect(readFileSync(path, 'utf8')).toBe(
    '# Page\n<!-- bench:a -->\n\nnewer\n\n<!-- /bench:a -->\nrest\n',
  );
  expect(() => readSection(path, 'b')).toThrow('bench:b');
});
