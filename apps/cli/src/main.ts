#!/usr/bin/env node
import './prepare-node';
import { processEnvironment } from './config';
import { runCli } from './run-cli';

void runCli(process.argv.slice(2), processEnvironment()).then((exitCode) => {
  process.exitCode = exitCode;
});
