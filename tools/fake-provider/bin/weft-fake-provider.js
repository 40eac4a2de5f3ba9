#!/usr/bin/env node
'use strict';

// Here before anything is built, so that npm can link the command when it installs.
require('../dist/main.js');
