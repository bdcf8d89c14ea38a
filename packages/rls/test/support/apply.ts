export {
  type Application,
  applySchema,
  runAll,
  withClient,
} from '@tenantry/testing/schema';
