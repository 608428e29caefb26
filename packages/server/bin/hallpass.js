#!/usr/bin/env node
// Outside dist, so that it is there to be linked before anything is built.
import '../dist/bin.js';
