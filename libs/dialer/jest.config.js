'use strict';

const { project } = require('../../jest.preset.js');

module.exports = project('dialer');
