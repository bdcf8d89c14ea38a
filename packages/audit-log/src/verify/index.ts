import '../errors.ts';

/**
 * Verifies an audit log without a database: exports, inclusion proofs, single entries. Its types have
 * `tenant` instead of a tenancy's word, because files are read without a tenancy.
 *
 * @module
 */
export { contentHash } from './content-hash.ts';
export type { ExportedEntry } from './exported-entry.ts';
export { type ExportedSeal, sealHash } from './exported-seal.ts';
export { type InclusionProof, type ProofVerdict, verifyProof } from './proof.ts';
export type { SealAnchor, VerifyFinding, VerifyReport } from './report.ts';
export { type VerifyExportOptions, verifyExport } from './verify-export.ts';
