import type { Diagnosis, Finding, RuleGroup, Severity } from '@tenantry/rls/doctor';
import type { Style } from '../../terminal/style.ts';

const titles: Readonly<Record<RuleGroup, string>> = {
  server: 'Server',
  roles: 'Roles',
  tables: 'Tables',
  policies: 'Policies',
  constraints: 'Constraints',
  privileges: 'Rights',
  objects: 'Views, functions and other objects',
  schema: 'Schema and database',
  features: 'Features',
};

/** How many findings of a rule are shown in full. */
const most = 5;

/** How many lines of a statement are shown; a function has hundreds. */
const mostLines = 8;

function shortened(sql: string): string {
  const lines = sql.split('\n');
  return lines.length <= mostLines
    ? sql
    : [
        ...lines.slice(0, mostLines - 1),
        `… ${lines.length - mostLines + 1} lines; --fix writes them, --all shows them`,
      ].join('\n');
}

/** The diagnosis as text for people. */
export function render(diagnosis: Diagnosis, style: Style, all: boolean): string {
  const { findings, ignored, staleIgnores, exempted, staleExemptions, unseen } = diagnosis;
  const groups = (Object.keys(titles) as RuleGroup[]).flatMap((group) => {
    const own = findings.filter((finding) => finding.group === group);
    return own.length === 0 ? [] : ['', style.bold(titles[group]), ...ofGroup(own, style, all)];
  });
  return [
    `${style.bold('tenantry doctor')}  ${diagnosis.database} on PostgreSQL ${diagnosis.serverVersion}, seen as ${diagnosis.login}`,
    ...(diagnosis.standby
      ? ['a standby: it shows what its primary has; run the fixes on the primary']
      : []),
    style.dim(lookedAt(diagnosis)),
    ...groups,
    ...notes('Not seen', unseen, style),
    ...notes(
      'Ignored',
      ignored.map(({ rule, object, reason }) => `${rule} ${object}: ${reason}`),
      style,
    ),
    ...notes('Exempt', byReason(exempted), style),
    ...notes('Exemptions that name nothing any more', staleExemptions, style),
    ...notes(
      'Ignores that match nothing any more',
      staleIgnores.map(({ rule, object = '*' }) => `${rule} ${object}`),
      style,
    ),
    '',
    summary(diagnosis, style),
  ].join('\n');
}

function lookedAt(d: Diagnosis): string {
  const column =
    d.tenantColumn === undefined
      ? 'no tenant column found: name it with --tenant-column'
      : `tenant column ${d.tenantColumn}${d.guessed ? ' (guessed; --tenant-column names another)' : ''}`;
  return `role ${d.role} · ${column} · ${d.tables} tables, ${d.tenantTables} of tenants · ${d.plans} plans${d.objects > 0 ? ` · ${d.objects} objects compared` : ''} · ${Math.round(d.durationMs)} ms`;
}

function ofGroup(findings: readonly Finding[], style: Style, all: boolean): string[] {
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return rules.flatMap((rule) => {
    const own = findings.filter((finding) => finding.rule === rule);
    const shown = all ? own : own.slice(0, most);
    const more = own.length - shown.length;
    return [
      ...shown.flatMap((finding) => ofFinding(finding, style, all)),
      ...(more > 0 ? [`    ${style.dim(`and ${more} more of ${rule}; --all shows them`)}`] : []),
    ];
  });
}

function ofFinding(finding: Finding, style: Style, all: boolean): string[] {
  const line = (label: string, text: string) =>
    `    ${style.dim(label.padEnd(9))}${text.replaceAll('\n', `\n${' '.repeat(13)}`)}`;
  return [
    `  ${mark(finding.severity, style)} ${style.bold(finding.object)}  ${finding.rule}`,
    line('found', finding.found),
    ...finding.evidence.map((text, i) => line(i === 0 ? 'evidence' : '', text)),
    line('fix', `${finding.fix}${finding.needsSuperuser ? ' (as a superuser)' : ''}`),
    ...finding.fixSql.map((text, i) => line(i === 0 ? 'sql' : '', all ? text : shortened(text))),
    ...finding.proof.map((text, i) => line(i === 0 ? 'proof' : '', text)),
    ...finding.shown.map((text, i) => line(i === 0 ? 'shows' : '', text)),
    line('docs', finding.docs),
  ];
}

function mark(severity: Severity, style: Style): string {
  if (severity === 'error') return style.red('✗');
  return severity === 'warning' ? style.yellow('!') : style.dim('i');
}

function notes(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : ['', style.bold(title), ...lines.map((line) => `  ${line}`)];
}

function summary({ findings, ignored }: Diagnosis, style: Style): string {
  const count = (severity: Severity) => findings.filter((f) => f.severity === severity).length;
  const [errors, warnings, infos] = [count('error'), count('warning'), count('info')];
  const rest = ignored.length === 0 ? '' : `, ${ignored.length} ignored`;
  if (findings.length === 0) return `${style.green('✓')} no findings${rest}`;
  const word = (n: number, name: string) => `${n} ${name}${n === 1 ? '' : 's'}`;
  const text = `${word(errors, 'error')}, ${word(warnings, 'warning')}, ${infos} to know${rest}`;
  return errors > 0 ? style.red(text) : text;
}

/** One line per reason, because a queue has a dozen tables. */
function byReason(exempted: Diagnosis['exempted']): string[] {
  const reasons = [...new Set(exempted.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const own = exempted.filter((each) => each.reason === reason).map(({ object }) => object);
    const more = own.length > 3 ? ` and ${own.length - 3} more` : '';
    return `${own.slice(0, 3).join(', ')}${more}: ${reason}`;
  });
}
