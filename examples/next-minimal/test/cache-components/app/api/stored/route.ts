import { listProjects } from '@/lib/db';
import { withTenant } from '@/lib/tenant';

async function stored() {
  'use cache';
  return listProjects().catch(({ code }) => `refused: ${code}`);
}

export const GET = withTenant(async () => {
  await listProjects();
  return Response.json(await stored());
});
