import { createTenantPool } from '@tenantry/core';
import { audit, entry, tenancy } from './definition.ts';

// The resident memory of the whole process.
const resident = () => process.memoryUsage.rss() / 1e6;

const pool = createTenantPool(tenancy, { connectionString: process.argv[2], max: 1 });
const startMb = resident();
let peakMb = startMb;
let entries = 0;
let bytes = 0;
const began = performance.now();
await tenancy.run(entry, async () => {
  const chunks = audit.export(pool, {
    onProgress(done) {
      entries = done;
      peakMb = Math.max(peakMb, resident());
    },
  });
  for await (const chunk of chunks) bytes += Buffer.byteLength(chunk);
});
const seconds = (performance.now() - began) / 1000;
await pool.end();
process.send?.({ entries, bytes, seconds, peakMb, startMb });
process.disconnect?.();
