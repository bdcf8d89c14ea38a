import { defineConfig } from 'tsup';

/** ESM, CommonJS and declarations of one package; every export path is an entry. */
export function packageBuild(entries: string[]) {
  return defineConfig({
    entry: Object.fromEntries(
      entries.map((file) => [file.replace(/^\.\/src\//, '').replace(/\.ts$/, ''), file]),
    ),
    format: ['esm', 'cjs'],
    dts: true,
    clean: true,
    sourcemap: true,
    splitting: true,
    target: 'node20',
    removeNodeProtocol: false,
  });
}
