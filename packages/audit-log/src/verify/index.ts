import '../errors.ts';

/**
 * Verifies an audit log without a database: exports, inclusion proofs, single entries.
 *
 * @module
 */
export { contentHash, contentOf } from './content-hash.ts';
export type { EntryRecord, Erased } from './entry-record.ts';
export type { ExportHeader, ExportRecord } from './export-lines.ts';
export { jsonbText } from './json-text.ts';
export { type InclusionProof, type ProofVerdict, verifyProof } from './proof.ts';
export type { Anchor, Finding, FindingKind, VerifyReport } from './report.ts';
export { type SealRecord, sealHash } from './seal-record.ts';
export { type VerifyExportOptions, verifyExport } from './verify-export.ts';
