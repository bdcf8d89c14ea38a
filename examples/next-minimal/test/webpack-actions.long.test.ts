// The same application, built by webpack.
process.env.TENANTRY_BUNDLER = 'webpack';
await import('./actions.test.ts');
