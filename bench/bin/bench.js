#!/usr/bin/env -S node --import tsx --conditions=@tenantry/source
// `pnpm bench` runs this as a command. As a script of the root package.json, pnpm would announce it
// on stdout, where `--json` promises nothing but JSON.
import '../src/main.ts';
