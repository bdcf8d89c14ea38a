import { listProjects } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';

async function stored() {
  'use cache';
  return listProjects().catch(({ code }) => `refused: ${code}`);
}

export default tenantPage(async () => <p>{JSON.stringify(await stored())}</p>);
