import type { CitusNode } from '../catalogue/citus/model.ts';
import type { Found } from './rule.ts';
import { quoted, type Rule } from './rule.ts';

/** A worker has the roles and the functions of the coordinator. */
export const citusNodeDiffers: Rule = {
  id: 'citus-node-differs',
  group: 'server',
  severity: 'error',
  title: 'A worker of Citus has the roles and the functions of the coordinator',
  *find({ catalogue: { citus }, roleName, letThrough }) {
    const coordinator = citus?.nodes.find((node) => node.coordinator);
    if (citus === undefined || coordinator === undefined) return;
    const workers = citus.nodes.filter((node) => node !== coordinator);
    yield* roles(coordinator, workers, new Set([roleName, ...letThrough]));
    yield* functions(coordinator, workers);
  },
};

function* roles(
  coordinator: CitusNode,
  workers: readonly CitusNode[],
  ours: ReadonlySet<string>,
): Generator<Found> {
  for (const role of coordinator.roles.filter(({ name }) => ours.has(name))) {
    const evidence = workers.flatMap(({ name, roles }) => {
      const there = roles.find((each) => each.name === role.name);
      if (there === undefined) return [`${name}: no role ${role.name}`];
      return (there.superuser && !role.superuser) || (there.bypassRls && !role.bypassRls)
        ? [`${name}: ${there.superuser ? 'a superuser' : 'BYPASSRLS'}`]
        : [];
    });
    if (evidence.length === 0) continue;
    yield {
      object: `role ${role.name}`,
      found: `role ${role.name} is another on a worker than on the coordinator: where it bypasses row-level security, a statement reads the shards of every tenant.`,
      evidence,
      fix: 'Say on the coordinator what it is; Citus tells the workers.',
      fixSql: [`alter role ${quoted(role.name)} nosuperuser nobypassrls;`],
      needsSuperuser: true,
    };
  }
}

function* functions(coordinator: CitusNode, workers: readonly CitusNode[]): Generator<Found> {
  for (const [title, facts] of Object.entries(coordinator.functions)) {
    const evidence = workers.flatMap(({ name, functions }) =>
      functions[title] === facts
        ? []
        : [`${name}: ${functions[title] ?? 'not called by a policy'}`],
    );
    if (evidence.length === 0) continue;
    yield {
      object: title,
      found: `policies call ${title}, which is another function on a worker than on the coordinator: there the shards are opened by what it answers.`,
      evidence: [`${coordinator.name}: ${facts}`, ...evidence],
      fix: 'Make the function anew on the coordinator by CREATE OR REPLACE FUNCTION; Citus makes it on the workers.',
    };
  }
}
