// What a process knows of the scope that started it.
import { defineTenancy, TenantryError } from '../../../src/index.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'text' });
try {
  process.send?.(tenancy.current().organizationId);
} catch (error) {
  process.send?.(TenantryError.is(error) ? error.code : String(error));
}
process.disconnect();
