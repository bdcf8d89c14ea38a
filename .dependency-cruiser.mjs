// The directions of dependency, as rules. A package may import what stands below it, through its
// entry points only:
//
//   core ← rls ← rbac, plan-limits, audit-log ← stripe-billing        testing, cli: on top
//               placements
const mayImport = {
  core: [],
  'eslint-plugin': [],
  rls: ['core'],
  rbac: ['core', 'rls'],
  'plan-limits': ['core', 'rls'],
  'audit-log': ['core', 'rls'],
  placements: ['core', 'rls'],
  'stripe-billing': ['core', 'rls', 'rbac', 'plan-limits', 'audit-log'],
  cli: ['core', 'rls', 'rbac', 'plan-limits', 'audit-log', 'stripe-billing'],
  testing: ['core', 'rls', 'rbac', 'plan-limits', 'audit-log', 'stripe-billing'],
};

const layers = Object.entries(mayImport).map(([name, below]) => ({
  name: `${name}-imports-only-what-is-below`,
  comment: `packages/${name}/src may import ${below.join(', ') || 'no other package'}.`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: `^packages/(?!(${[name, ...below].join('|')})/)` },
}));

export default {
  forbidden: [
    ...layers,
    {
      name: 'package-has-a-layer',
      comment: 'A new package states its place in mayImport above.',
      severity: 'error',
      from: { path: `^packages/(?!(${Object.keys(mayImport).join('|')})/)` },
      to: {},
    },
    {
      name: 'only-through-the-entry-point',
      comment: 'Import another package by its name, never by a relative path into its folder.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'users-only-through-the-entry-point',
      comment: 'Examples and benchmarks use the packages as a user does.',
      severity: 'error',
      from: { path: '^(examples|bench|docs)/' },
      to: { path: '^packages/', dependencyTypes: ['local'] },
    },
    {
      name: 'nothing-imports-its-users',
      comment: 'Packages do not know the examples, the benchmarks or the docs.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(examples|bench|docs)/' },
    },
    {
      name: 'source-never-imports-tests',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '/test/', pathNot: 'node_modules' },
    },
    {
      name: 'wire-is-the-wire',
      comment: 'core/src/wire speaks the protocol: it knows no scope, no tenancy and no policy.',
      severity: 'error',
      from: { path: '^packages/core/src/wire/' },
      to: { path: '^packages/core/src/(?!wire/|errors/)' },
    },
    {
      name: 'no-drizzle-internals',
      comment: 'Only the public entry points stay the same from drizzle-orm 0.45 to 1.0.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: {
        path: 'node_modules/drizzle-orm/',
        pathNot: 'node_modules/drizzle-orm/(pg-core/|node-postgres/)?index\\.(d\\.)?[cm]?[jt]s$',
      },
    },
    {
      name: 'source-needs-declared-dependencies',
      comment: 'What src imports must be installed with the package: a dependency or a peer.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional', 'type-only'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Next resolves the paths of its application itself
    exclude: {
      path: [
        '(^|/)(dist|coverage|\\.build|\\.next)/',
        '^examples/next-minimal/(app|lib|test/(fixture|refused|cache-components))/',
        '^examples/solo-operator/(app|lib)/',
      ],
    },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@tenantry/source', 'import', 'types', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
