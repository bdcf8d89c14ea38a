import { rules } from './rules/index.ts';
import type { Diagnosis, Finding, Severity } from './types.ts';

/** A log in the format of SARIF 2.1.0, as code-scanning services read it. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly object[];
}

const levels: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/**
 * Writes a diagnosis as SARIF 2.1.0. A finding has no line in a file, but services show nothing without a
 * location, so all findings point at one file.
 * @param file the file that all findings point at, relative to the repository.
 *   Default: 'tenantry.config.ts'.
 */
export function sarif(diagnosis: Diagnosis, file = 'tenantry.config.ts'): SarifLog {
  const result = (finding: Finding, reason?: string) => ({
    ruleId: finding.rule,
    level: levels[finding.severity],
    message: { text: `${finding.object}: ${finding.found} ${finding.fix}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: file }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: finding.object, kind: 'object' }],
      },
    ],
    partialFingerprints: { tenantry: `${finding.rule}/${finding.object}` },
    ...(reason !== undefined && {
      suppressions: [{ kind: 'external', status: 'accepted', justification: reason }],
    }),
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'tenantry doctor',
            informationUri: 'https://tenantry.dev/guides/doctor',
            rules: rules.map(({ id, title, severity }) => ({
              id,
              shortDescription: { text: title },
              helpUri: `https://tenantry.dev/rules/${id}`,
              defaultConfiguration: { level: levels[severity] },
            })),
          },
        },
        results: [
          ...diagnosis.findings.map((finding) => result(finding)),
          ...diagnosis.ignored.map((finding) => result(finding, finding.reason)),
        ],
      },
    ],
  };
}
