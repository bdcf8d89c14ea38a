export {
  type Application,
  applySchema,
  runAll,
  tablesSql,
  withClient,
} from '@tenantry/testing/schema';
